import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import microsoft.sql.DateTimeOffset;

/** Values between their text in requests and replies and what JDBC takes and gives. */
final class Values {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSSS");
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSSS");
    private static final DateTimeFormatter OFFSET = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSSS xxx");

    private Values() {}

    static String text(ResultSet set, int column, String type) throws SQLException {
        Object value = switch (type) {
            case "date" -> set.getObject(column, LocalDate.class);
            case "time" -> set.getObject(column, LocalTime.class);
            case "datetime", "datetime2", "smalldatetime" -> set.getObject(column, LocalDateTime.class);
            case "datetimeoffset" -> set.getObject(column, DateTimeOffset.class);
            case "binary", "varbinary", "image", "timestamp" -> set.getBytes(column);
            case "xml" -> set.getString(column);
            default -> set.getObject(column);
        };
        if (value == null) return null;
        if (value instanceof Boolean bit) return bit ? "1" : "0";
        if (value instanceof BigDecimal number) return number.toPlainString();
        if (value instanceof byte[] bytes) return HexFormat.of().formatHex(bytes);
        if (value instanceof LocalTime time) return TIME.format(time);
        if (value instanceof LocalDateTime time) return TIMESTAMP.format(time);
        if (value instanceof DateTimeOffset time) return OFFSET.format(time.getOffsetDateTime());
        if (value instanceof java.sql.Clob text) return text.getSubString(1, (int) text.length());
        return value.toString();
    }

    static void bind(PreparedStatement statement, int at, String kind, String text) throws SQLException {
        if (text == null) {
            statement.setNull(at, sqlType(kind));
            return;
        }
        switch (kind) {
            case "bool" -> statement.setBoolean(at, text.equals("1"));
            case "int" -> statement.setInt(at, Integer.parseInt(text));
            case "long" -> statement.setLong(at, Long.parseLong(text));
            case "decimal" -> statement.setBigDecimal(at, new BigDecimal(text));
            case "double" -> statement.setDouble(at, Double.parseDouble(text));
            default -> statement.setObject(at, value(kind, text), sqlType(kind));
        }
    }

    static Object value(String kind, String text) {
        if (text == null) return null;
        return switch (kind) {
            case "bool" -> text.equals("1");
            case "int" -> Integer.valueOf(text);
            case "long" -> Long.valueOf(text);
            case "decimal" -> new BigDecimal(text);
            case "double" -> Double.valueOf(text);
            case "bytes" -> HexFormat.of().parseHex(text);
            case "date" -> LocalDate.parse(text);
            case "time" -> LocalTime.parse(text);
            case "timestamp" -> LocalDateTime.parse(text.replace(' ', 'T'));
            case "offset" -> DateTimeOffset.valueOf(OffsetDateTime.parse(text, OFFSET));
            default -> text;
        };
    }

    static int sqlType(String kind) {
        return switch (kind) {
            case "bool" -> Types.BIT;
            case "int" -> Types.INTEGER;
            case "long" -> Types.BIGINT;
            case "decimal" -> Types.DECIMAL;
            case "double" -> Types.DOUBLE;
            case "bytes" -> Types.VARBINARY;
            case "date" -> Types.DATE;
            case "time" -> Types.TIME;
            case "timestamp" -> Types.TIMESTAMP;
            case "offset" -> microsoft.sql.Types.DATETIMEOFFSET;
            case "guid" -> microsoft.sql.Types.GUID;
            default -> Types.NVARCHAR;
        };
    }
}
