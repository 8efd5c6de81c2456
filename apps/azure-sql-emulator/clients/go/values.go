package main

import (
	"encoding/hex"
	"strconv"
	"time"

	"github.com/golang-sql/civil"
	mssql "github.com/microsoft/go-mssqldb"
)

const (
	dateForm   = "2006-01-02"
	timeForm   = "15:04:05.0000000"
	stampForm  = dateForm + " " + timeForm
	offsetForm = stampForm + " -07:00"
)

func textOf(typeName string, value any) any {
	switch value := value.(type) {
	case bool:
		if value {
			return "1"
		}
		return "0"
	case float64:
		return strconv.FormatFloat(value, 'g', -1, 64)
	case time.Time:
		switch typeName {
		case "DATE":
			return value.Format(dateForm)
		case "TIME":
			return value.Format(timeForm)
		case "DATETIMEOFFSET":
			return value.Format(offsetForm)
		}
		return value.Format(stampForm)
	case []byte:
		switch typeName {
		case "DECIMAL", "NUMERIC", "MONEY", "SMALLMONEY":
			return string(value)
		case "UNIQUEIDENTIFIER":
			var guid mssql.UniqueIdentifier
			if err := guid.Scan(value); err != nil {
				return err.Error()
			}
			return guid.String()
		}
		return hex.EncodeToString(value)
	}
	return value
}

func valueOf(kind string, text *string) (any, error) {
	if text == nil {
		if kind == "bytes" {
			return []byte(nil), nil
		}
		return nil, nil
	}
	switch kind {
	case "bool":
		return *text == "1", nil
	case "int", "long":
		return strconv.ParseInt(*text, 10, 64)
	case "double":
		return strconv.ParseFloat(*text, 64)
	case "bytes":
		return hex.DecodeString(*text)
	case "date":
		at, err := time.Parse(dateForm, *text)
		return civil.DateOf(at), err
	case "time":
		at, err := time.Parse(timeForm, *text)
		return civil.TimeOf(at), err
	case "timestamp":
		at, err := time.Parse(stampForm, *text)
		return civil.DateTimeOf(at), err
	case "offset":
		return time.Parse(offsetForm, *text)
	case "guid":
		var guid mssql.UniqueIdentifier
		err := guid.Scan(*text)
		return guid, err
	}
	return *text, nil
}

func valuesOf(kinds []string, fields []*string) ([]any, error) {
	values := make([]any, len(kinds))
	for at, kind := range kinds {
		value, err := valueOf(kind, fields[at])
		if err != nil {
			return nil, err
		}
		values[at] = value
	}
	return values, nil
}
