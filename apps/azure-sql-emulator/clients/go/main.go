// Does with go-mssqldb what lines on standard input ask for; the requests and replies are described in ../README.md.
package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/golang-sql/sqlexp"
	mssql "github.com/microsoft/go-mssqldb"
)

type agent struct {
	host, port string
	pool       *sql.DB
	connection *sql.Conn
}

func reply(fields ...any) {
	parts := make([]string, len(fields))
	for at, field := range fields {
		if field == nil {
			parts[at] = "~"
		} else {
			parts[at] = strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(fmt.Sprint(field)), "+", "%20"), "~", "%7E")
		}
	}
	fmt.Println(strings.Join(parts, "\t"))
}

func (a *agent) open(fields []*string) error {
	query := url.Values{}
	query.Set("database", *fields[3])
	query.Set("encrypt", map[string]string{"on": "true", "off": "disable"}[*fields[0]])
	query.Set("TrustServerCertificate", "true")
	query.Set("packet size", *fields[4])
	query.Set("dial timeout", "10")
	address := url.URL{
		Scheme:   "sqlserver",
		User:     url.UserPassword(*fields[1], *fields[2]),
		Host:     a.host + ":" + a.port,
		RawQuery: query.Encode(),
	}
	pool, err := sql.Open("sqlserver", address.String())
	if err != nil {
		return err
	}
	connection, err := pool.Conn(context.Background())
	if err != nil {
		return errors.Join(err, pool.Close())
	}
	a.pool, a.connection = pool, connection
	return nil
}

// Every result of a request and every message between them, in the order in which they came.
func (a *agent) query(text string, arguments ...any) error {
	ctx := context.Background()
	messages := &sqlexp.ReturnMessage{}
	rows, err := a.connection.QueryContext(ctx, text, append([]any{messages}, arguments...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var failed error
	for active := true; active; {
		switch message := messages.Message(ctx).(type) {
		case sqlexp.MsgNotice:
			if notice, is := message.Message.(mssql.Error); is {
				reply("info", notice.Number, notice.Class, notice.Message)
			}
		case sqlexp.MsgError:
			failed = message.Error
		case sqlexp.MsgNext:
			if err := showRows(rows); err != nil {
				return err
			}
		case sqlexp.MsgNextResultSet:
			active = rows.NextResultSet()
		}
	}
	return errors.Join(failed, rows.Err())
}

func showRows(rows *sql.Rows) error {
	columns, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	names := []any{"set"}
	values := make([]any, len(columns))
	targets := make([]any, len(columns))
	for at, column := range columns {
		names = append(names, column.Name())
		targets[at] = &values[at]
	}
	reply(names...)
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		fields := []any{"row"}
		for at, column := range columns {
			fields = append(fields, textOf(column.DatabaseTypeName(), values[at]))
		}
		reply(fields...)
	}
	return nil
}

func (a *agent) prepared(fields []*string) error {
	text := *fields[0]
	for at := 1; strings.Contains(text, "?"); at++ {
		text = strings.Replace(text, "?", fmt.Sprintf("@p%d", at), 1)
	}
	statement, err := a.connection.PrepareContext(context.Background(), text)
	if err != nil {
		return err
	}
	defer statement.Close()
	kinds := strings.Split(*fields[1], ",")
	for rest := fields[2:]; len(rest) > 0; rest = rest[len(kinds):] {
		values, err := valuesOf(kinds, rest)
		if err != nil {
			return err
		}
		rows, err := statement.Query(values...)
		if err != nil {
			return err
		}
		err = showRows(rows)
		if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (a *agent) read(text string, limit int) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	rows, err := a.connection.QueryContext(ctx, text)
	if err != nil {
		return err
	}
	seen := 0
	for (limit < 0 || seen < limit) && rows.Next() {
		seen++
	}
	reply("row", seen)
	if limit >= 0 {
		cancel()
		// The cancelled rows end with that error, which is what was asked for.
		_ = rows.Close()
		return nil
	}
	return errors.Join(rows.Err(), rows.Close())
}

func (a *agent) bulk(fields []*string) error {
	columns := strings.Split(*fields[1], ",")
	kinds := strings.Split(*fields[2], ",")
	statement, err := a.connection.PrepareContext(context.Background(), mssql.CopyIn(*fields[0], mssql.BulkOptions{}, columns...))
	if err != nil {
		return err
	}
	for rest := fields[3:]; len(rest) > 0; rest = rest[len(kinds):] {
		values, err := valuesOf(kinds, rest)
		if err != nil {
			return err
		}
		if _, err = statement.Exec(values...); err != nil {
			return err
		}
	}
	_, err = statement.Exec()
	return errors.Join(err, statement.Close())
}

func (a *agent) execute(text string) error {
	_, err := a.connection.ExecContext(context.Background(), text)
	return err
}

func (a *agent) answer(name string, fields []*string) error {
	switch name {
	case "open":
		return a.open(fields)
	case "query":
		return a.query(*fields[0])
	case "prepared":
		return a.prepared(fields)
	case "begin":
		return a.execute("begin transaction")
	case "commit":
		return a.execute("commit")
	case "rollback":
		return a.execute("rollback")
	case "cancel":
		limit, err := strconv.Atoi(*fields[1])
		if err != nil {
			return err
		}
		return a.read(*fields[0], limit)
	case "count":
		return a.read(*fields[0], -1)
	case "bulk":
		return a.bulk(fields)
	case "close":
		return errors.Join(a.connection.Close(), a.pool.Close())
	}
	return fmt.Errorf("unknown request %s", name)
}

// A refusal may come with others before it, as that of a login does.
func allOf(refused mssql.Error) string {
	texts := []string{refused.Message}
	for _, other := range refused.All {
		texts = append(texts, other.Message)
	}
	return strings.Join(texts, "; ")
}

func main() {
	a := &agent{host: os.Args[1], port: os.Args[2]}
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		var fields []*string
		for _, part := range strings.Split(strings.TrimSuffix(line, "\n"), "\t") {
			if part == "~" {
				fields = append(fields, nil)
				continue
			}
			text, err := url.PathUnescape(part)
			if err != nil {
				text = err.Error()
			}
			fields = append(fields, &text)
		}
		if err := a.answer(*fields[0], fields[1:]); err != nil {
			var refused mssql.Error
			if errors.As(err, &refused) {
				reply("error", refused.Number, allOf(refused))
			} else {
				reply("error", -1, err.Error())
			}
		}
		reply("end")
	}
}
