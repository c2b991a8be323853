package main

import (
	"encoding/json"
	"encoding/json/jsontext"
	jsonv2 "encoding/json/v2"
	"io"
)

// The second version of encoding/json, about 15 % faster than the first, with the first's conventions wherever the
// bytes on the wire depend on them. Duplicate names and invalid UTF-8 are not looked for, as in the first version.
var wireOptions = jsonv2.JoinOptions(
	json.OmitEmptyWithLegacySemantics(true),
	jsonv2.FormatNilSliceAsNull(true),
	jsonv2.FormatNilMapAsNull(true),
	jsontext.AllowDuplicateNames(true),
	jsontext.AllowInvalidUTF8(true),
)

func decode(data []byte, into *ExtenderArgs) error {
	return jsonv2.Unmarshal(data, into, wireOptions)
}

func encode(writer io.Writer, value any) error {
	return jsonv2.MarshalWrite(writer, value, wireOptions)
}
