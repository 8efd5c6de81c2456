/** Version of this product, as events carry it. */
export const productVersion = '0.1.0';
