import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Does with Redshift's JDBC driver what lines on standard input ask for; ../README.md describes requests and replies. */
public final class Agent {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final DateTimeFormatter DAY_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS");
    private final String address;
    private Connection connection;

    private Agent(String host, String port) {
        this.address = "jdbc:redshift://" + host + ":" + port + "/";
    }

    public static void main(String[] arguments) throws Exception {
        Agent agent = new Agent(arguments[0], arguments[1]);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = Arrays.stream(line.split("\t", -1)).map(Agent::decoded).toArray(String[]::new);
            try {
                agent.answer(fields[0], Arrays.copyOfRange(fields, 1, fields.length));
            } catch (SQLException error) {
                reply("error", error.getSQLState(), error.getMessage());
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

    private void answer(String request, String[] given) throws Exception {
        switch (request) {
            case "open" -> open(given[0], given[1], given[2], given[3]);
            case "query" -> query(given[0]);
            case "prepared" -> prepared(given[0], given[1].split(","), Arrays.copyOfRange(given, 2, given.length));
            case "execute" -> prepared(given[0]);
            case "begin" -> connection.setAutoCommit(false);
            case "commit" -> {
                connection.commit();
                connection.setAutoCommit(true);
            }
            case "rollback" -> {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            case "fetch" -> fetch(given[0], Integer.parseInt(given[1]));
            case "cancel" -> cancel(given[0]);
            case "metadata" -> metadata(given[0], given[1], given[2]);
            case "describe" -> describe(given[0]);
            case "close" -> connection.close();
            default -> throw new IllegalArgumentException(request);
        }
    }

    private void open(String tls, String user, String password, String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("ssl", tls.equals("on") ? "true" : "false");
        // The certificate is the emulator's own, which no authority has signed.
        if (tls.equals("on")) properties.setProperty("sslfactory", "com.amazon.redshift.ssl.NonValidatingFactory");
        connection = DriverManager.getConnection(address + database, properties);
        if (!connection.isValid(5)) throw new SQLException("the connection is not valid");
    }

    private void query(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            report(statement, statement.execute(sql));
        }
    }

    private void report(Statement statement, boolean hasRows) throws SQLException {
        if (hasRows) {
            try (ResultSet rows = statement.getResultSet()) {
                report(rows);
            }
        } else reply("count", String.valueOf(statement.getUpdateCount()));
    }

    private void report(ResultSet rows) throws SQLException {
        ResultSetMetaData about = rows.getMetaData();
        String[] fields = new String[about.getColumnCount() + 1];
        fields[0] = "set";
        for (int column = 1; column < fields.length; column += 1) fields[column] = about.getColumnLabel(column);
        reply(fields);
        fields[0] = "row";
        while (rows.next()) {
            for (int column = 1; column < fields.length; column += 1) fields[column] = textOf(rows, about, column);
            reply(fields);
        }
    }

    /** The one spelling of a value that all agents share. */
    private static String textOf(ResultSet rows, ResultSetMetaData about, int column) throws SQLException {
        Object value = rows.getObject(column);
        if (value == null) return null;
        if (value instanceof BigDecimal number) return number.toPlainString();
        if (value instanceof byte[] bytes) return HexFormat.of().formatHex(bytes);
        if (value instanceof Time) return rows.getObject(column, LocalTime.class).format(TIME);
        if (value instanceof Timestamp moment) {
            if (about.getColumnTypeName(column).equals("timestamptz"))
                return LocalDateTime.ofInstant(moment.toInstant(), ZoneOffset.UTC).format(DAY_TIME) + "Z";
            return moment.toLocalDateTime().format(DAY_TIME);
        }
        return value.toString();
    }

    private void prepared(String sql, String[] kinds, String[] values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int start = 0; start < values.length; start += kinds.length) {
                for (int at = 0; at < kinds.length; at += 1) bind(statement, at + 1, kinds[at], values[start + at]);
                report(statement, statement.execute());
            }
        }
    }

    /** As Spark's connector runs everything, COPY and UNLOAD included. */
    private void prepared(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            report(statement, statement.execute());
        }
    }

    private static void bind(PreparedStatement statement, int at, String kind, String text) throws SQLException {
        switch (kind) {
            case "bool" -> statement.setObject(at, text == null ? null : Boolean.valueOf(text), Types.BOOLEAN);
            case "int" -> statement.setObject(at, text == null ? null : Long.valueOf(text), Types.BIGINT);
            case "decimal" -> statement.setBigDecimal(at, text == null ? null : new BigDecimal(text));
            case "double" -> statement.setObject(at, text == null ? null : Double.valueOf(text), Types.DOUBLE);
            case "date" -> statement.setDate(at, text == null ? null : Date.valueOf(text));
            case "time" -> statement.setObject(at, text == null ? null : LocalTime.parse(text));
            case "timestamp" -> statement.setTimestamp(at, text == null ? null : Timestamp.valueOf(text));
            case "offset" -> statement.setObject(at, text == null ? null : OffsetDateTime.ofInstant(Instant.parse(text.replace(' ', 'T')), ZoneOffset.UTC));
            default -> statement.setString(at, text);
        }
    }

    /** Reads by portions; replies with the sum of the first column. */
    private void fetch(String sql, int size) throws SQLException {
        connection.setAutoCommit(false);
        long count = 0;
        long total = 0;
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(size);
            try (ResultSet rows = statement.executeQuery(sql)) {
                for (; rows.next(); count += 1) total += rows.getLong(1);
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
        reply("row", String.valueOf(count), String.valueOf(total));
    }

    private void cancel(String sql) throws Exception {
        long began = System.nanoTime();
        try (Statement statement = connection.createStatement()) {
            CompletableFuture<Void> cancelled = CompletableFuture.runAsync(() -> {
                try {
                    statement.cancel();
                } catch (SQLException error) {
                    throw new IllegalStateException(error);
                }
            }, CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS));
            try {
                report(statement, statement.execute(sql));
            } finally {
                cancelled.get();
                reply("row", System.nanoTime() - began < 10_000_000_000L ? "soon" : "late");
            }
        }
    }

    private void metadata(String method, String schema, String name) throws SQLException {
        DatabaseMetaData about = connection.getMetaData();
        try (ResultSet rows = switch (method) {
            case "schemas" -> about.getSchemas();
            case "tables" -> about.getTables(null, schema, name, new String[] {"TABLE", "VIEW"});
            case "columns" -> about.getColumns(null, schema, name, "%");
            case "primaryKeys" -> about.getPrimaryKeys(null, schema, name);
            case "importedKeys" -> about.getImportedKeys(null, schema, name);
            case "exportedKeys" -> about.getExportedKeys(null, schema, name);
            case "procedures" -> about.getProcedures(null, schema, name);
            case "functions" -> about.getFunctions(null, schema, name);
            case "types" -> about.getTypeInfo();
            default -> throw new IllegalArgumentException(method);
        }) {
            report(rows);
        }
    }

    /** What a tool learns of a query that it does not run. */
    private void describe(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            ResultSetMetaData about = statement.getMetaData();
            for (int column = 1; column <= about.getColumnCount(); column += 1)
                reply("row", about.getColumnName(column), about.getColumnTypeName(column),
                        String.valueOf(about.getPrecision(column)), String.valueOf(about.getScale(column)),
                        String.valueOf(about.isNullable(column)));
        }
    }
}
