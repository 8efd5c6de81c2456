import com.microsoft.sqlserver.jdbc.ISQLServerBulkData;
import com.microsoft.sqlserver.jdbc.SQLServerException;
import java.util.Set;
import java.util.TreeSet;

/** Rows of a bulk copy, from a request's fields. */
record Rows(String[] names, String[] kinds, String[] fields, int[] position) implements ISQLServerBulkData {
    Rows(String[] names, String[] kinds, String[] fields, int first) {
        this(names, kinds, fields, new int[] {first - kinds.length});
    }

    @Override
    public Set<Integer> getColumnOrdinals() {
        Set<Integer> ordinals = new TreeSet<>();
        for (int at = 1; at <= names.length; at++) ordinals.add(at);
        return ordinals;
    }

    @Override
    public String getColumnName(int column) {
        return names[column - 1];
    }

    @Override
    public int getColumnType(int column) {
        return Values.sqlType(kinds[column - 1]);
    }

    @Override
    public int getPrecision(int column) {
        return switch (kinds[column - 1]) {
            case "decimal" -> 38;
            case "string", "bytes" -> 4000;
            default -> 0;
        };
    }

    @Override
    public int getScale(int column) {
        return switch (kinds[column - 1]) {
            case "decimal" -> 10;
            case "timestamp", "time", "offset" -> 7;
            default -> 0;
        };
    }

    @Override
    public Object[] getRowData() throws SQLServerException {
        Object[] row = new Object[kinds.length];
        for (int at = 0; at < row.length; at++) row[at] = Values.value(kinds[at], fields[position[0] + at]);
        return row;
    }

    @Override
    public boolean next() {
        position[0] += kinds.length;
        return position[0] < fields.length;
    }
}
