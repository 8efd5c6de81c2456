import com.microsoft.sqlserver.jdbc.SQLServerBulkCopy;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Properties;

/** Does with mssql-jdbc what lines on standard input ask for; the requests and replies are described in ../README.md. */
public final class Agent {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final String host;
    private final String port;
    private Connection connection;

    private Agent(String host, String port) {
        this.host = host;
        this.port = port;
    }

    public static void main(String[] arguments) throws Exception {
        Agent agent = new Agent(arguments[0], arguments[1]);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = Arrays.stream(line.split("\t", -1)).map(Agent::decoded).toArray(String[]::new);
            try {
                agent.answer(fields[0], Arrays.copyOfRange(fields, 1, fields.length));
            } catch (SQLException error) {
                reply("error", String.valueOf(error.getErrorCode()), error.getMessage());
            } catch (RuntimeException error) {
                reply("error", "-1", error.toString());
            }
            reply("end");
        }
    }

    private static String decoded(String field) {
        return field.equals("~") ? null : URLDecoder.decode(field, StandardCharsets.UTF_8);
    }

    private static void reply(String... fields) {
        StringBuilder line = new StringBuilder();
        for (String field : fields) {
            if (line.length() > 0) line.append('\t');
            line.append(field == null ? "~" : URLEncoder.encode(field, StandardCharsets.UTF_8).replace("+", "%20"));
        }
        OUT.println(line);
    }

    private void answer(String name, String[] arguments) throws SQLException {
        switch (name) {
            case "open" -> open(arguments);
            case "query" -> query(arguments[0]);
            case "prepared" -> prepared(arguments);
            case "begin" -> connection.setAutoCommit(false);
            case "commit" -> {
                connection.commit();
                connection.setAutoCommit(true);
            }
            case "rollback" -> {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            case "cancel" -> cancel(arguments[0], Integer.parseInt(arguments[1]));
            case "count" -> count(arguments[0]);
            case "bulk" -> bulk(arguments);
            case "metadata" -> metadata(arguments);
            case "parameters" -> parameters(arguments[0]);
            case "cursor" -> cursor(arguments[0]);
            case "close" -> connection.close();
            default -> throw new IllegalArgumentException(name);
        }
    }

    private void open(String[] arguments) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("encrypt", arguments[0].equals("on") ? "true" : "false");
        properties.setProperty("trustServerCertificate", "true");
        properties.setProperty("user", arguments[1]);
        properties.setProperty("password", arguments[2]);
        properties.setProperty("databaseName", arguments[3]);
        properties.setProperty("packetSize", arguments[4]);
        properties.setProperty("sendTimeAsDatetime", "false");
        properties.setProperty("connectRetryCount", "0");
        properties.setProperty("loginTimeout", "10");
        connection = DriverManager.getConnection("jdbc:sqlserver://" + host + ":" + port, properties);
    }

    private void query(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            show(statement, statement.execute(sql));
        }
    }

    /** Every result of a statement, and every message between them. */
    private void show(Statement statement, boolean first) throws SQLException {
        boolean rows = first;
        while (true) {
            tell(statement);
            if (rows) {
                try (ResultSet set = statement.getResultSet()) {
                    showRows(set);
                }
            } else if (statement.getUpdateCount() < 0) {
                return;
            }
            rows = statement.getMoreResults();
        }
    }

    private void tell(Statement statement) throws SQLException {
        for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
            var error = ((com.microsoft.sqlserver.jdbc.SQLServerWarning) warning).getSQLServerError();
            int severity = error == null ? 0 : error.getErrorSeverity();
            reply("info", String.valueOf(warning.getErrorCode()), String.valueOf(severity), warning.getMessage());
        }
        statement.clearWarnings();
    }

    private void showRows(ResultSet set) throws SQLException {
        ResultSetMetaData columns = set.getMetaData();
        String[] fields = new String[columns.getColumnCount() + 1];
        fields[0] = "set";
        for (int column = 1; column < fields.length; column++) fields[column] = columns.getColumnLabel(column);
        reply(fields);
        fields[0] = "row";
        while (set.next()) {
            for (int column = 1; column < fields.length; column++)
                fields[column] = Values.text(set, column, columns.getColumnTypeName(column));
            reply(fields);
        }
    }

    private void prepared(String[] arguments) throws SQLException {
        String[] kinds = arguments[1].split(",");
        try (PreparedStatement statement = connection.prepareStatement(arguments[0])) {
            for (int start = 2; start < arguments.length; start += kinds.length) {
                for (int at = 0; at < kinds.length; at++) Values.bind(statement, at + 1, kinds[at], arguments[start + at]);
                show(statement, statement.execute());
            }
        }
    }

    private void parameters(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            ParameterMetaData parameters = statement.getParameterMetaData();
            for (int at = 1; at <= parameters.getParameterCount(); at++)
                reply("row", parameters.getParameterTypeName(at), String.valueOf(parameters.getPrecision(at)));
        }
    }

    private void cancel(String sql, int rows) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            ResultSet set = statement.executeQuery(sql);
            int seen = 0;
            while (seen < rows && set.next()) seen++;
            statement.cancel();
            reply("row", String.valueOf(seen));
        }
    }

    private void count(String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet set = statement.executeQuery(sql)) {
            long rows = 0;
            while (set.next()) rows++;
            reply("row", String.valueOf(rows));
        }
    }

    private void cursor(String sql) throws SQLException {
        try (Statement statement = connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
                ResultSet set = statement.executeQuery(sql)) {
            showRows(set);
        }
    }

    /** Calls a method of DatabaseMetaData whose arguments are all text; some take a few more. */
    private void metadata(String[] arguments) throws SQLException {
        DatabaseMetaData about = connection.getMetaData();
        String schema = arguments.length > 1 ? arguments[1] : null;
        String name = arguments.length > 2 ? arguments[2] : null;
        String[] tableTypes = {"TABLE", "VIEW"};
        try (ResultSet set = switch (arguments[0]) {
            case "getTables" -> about.getTables(null, schema, name, tableTypes);
            case "getColumns" -> about.getColumns(null, schema, name, "%");
            case "getPrimaryKeys" -> about.getPrimaryKeys(null, schema, name);
            case "getImportedKeys" -> about.getImportedKeys(null, schema, name);
            case "getExportedKeys" -> about.getExportedKeys(null, schema, name);
            case "getIndexInfo" -> about.getIndexInfo(null, schema, name, false, true);
            case "getBestRowIdentifier" -> about.getBestRowIdentifier(null, schema, name, DatabaseMetaData.bestRowSession, true);
            case "getVersionColumns" -> about.getVersionColumns(null, schema, name);
            case "getProcedures" -> about.getProcedures(null, schema, name);
            case "getProcedureColumns" -> about.getProcedureColumns(null, schema, name, "%");
            case "getTablePrivileges" -> about.getTablePrivileges(null, schema, name);
            case "getSchemas" -> about.getSchemas();
            case "getCatalogs" -> about.getCatalogs();
            case "getTypeInfo" -> about.getTypeInfo();
            default -> throw new IllegalArgumentException(arguments[0]);
        }) {
            showRows(set);
        }
    }

    private void bulk(String[] arguments) throws SQLException {
        try (SQLServerBulkCopy copy = new SQLServerBulkCopy(connection)) {
            copy.setDestinationTableName(arguments[0]);
            copy.writeToServer(new Rows(arguments[1].split(","), arguments[2].split(","), arguments, 3));
        }
    }
}
