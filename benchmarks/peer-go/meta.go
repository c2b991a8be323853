package main

import (
	"bytes"
	"encoding/json"
	"encoding/json/jsontext"
	"errors"
	"strconv"
	"time"
)

// The types of k8s.io/apimachinery that Node and Pod are made of, with the same fields, tags and custom
// (un)marshalling, so that decoding does the work that it does in an extender built on k8s.io/api.

// Time is metav1.Time: RFC 3339 with seconds.
type Time struct{ time.Time }

func (t *Time) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		t.Time = time.Time{}
		return nil
	}
	if len(data) < 2 || data[0] != '"' {
		return errors.New("a time must be a string")
	}
	// The fixed layout's digits are read by time.Parse's own fast path for RFC 3339.
	parsed, err := time.Parse(time.RFC3339, string(data[1:len(data)-1]))
	if err != nil {
		return err
	}
	t.Time = parsed
	return nil
}

// The second version's way to write a value, which allocates nothing, unlike MarshalJSON.
func (t Time) MarshalJSONTo(encoder *jsontext.Encoder) error {
	if t.IsZero() {
		return encoder.WriteToken(jsontext.Null)
	}
	var buffer [len(time.RFC3339) + 2]byte
	text := append(buffer[:0], '"')
	text = t.UTC().AppendFormat(text, time.RFC3339)
	return encoder.WriteValue(append(text, '"'))
}

// MicroTime is metav1.MicroTime, which no field of these requests carries a value of.
type MicroTime struct{ time.Time }

// FieldsV1 is metav1.FieldsV1: the raw bytes of a managed-fields set.
type FieldsV1 struct{ Raw []byte }

func (f *FieldsV1) UnmarshalJSON(data []byte) error {
	if !bytes.Equal(data, []byte("null")) {
		f.Raw = append(f.Raw[0:0], data...)
	}
	return nil
}

func (f FieldsV1) MarshalJSONTo(encoder *jsontext.Encoder) error {
	if f.Raw == nil {
		return encoder.WriteToken(jsontext.Null)
	}
	return encoder.WriteValue(f.Raw)
}

// IntOrString is intstr.IntOrString.
type IntOrString struct {
	IsString bool
	IntVal   int32
	StrVal   string
}

func (v *IntOrString) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		v.IsString = true
		return json.Unmarshal(data, &v.StrVal)
	}
	v.IsString = false
	return json.Unmarshal(data, &v.IntVal)
}

func (v IntOrString) MarshalJSON() ([]byte, error) {
	if v.IsString {
		return json.Marshal(v.StrVal)
	}
	return strconv.AppendInt(nil, int64(v.IntVal), 10), nil
}

// Quantity is resource.Quantity. It keeps the text as it came beside the parsed number, which makes writing it
// back cheaper than in k8s.io/apimachinery.
type Quantity struct {
	milli int64
	text  string
}

var errQuantity = errors.New("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")

func (q *Quantity) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || bytes.Equal(data, []byte("null")) {
		*q = Quantity{}
		return nil
	}
	if data[0] == '"' {
		data = data[1 : len(data)-1]
	}
	milli, err := parseMilli(data)
	if err != nil {
		return err
	}
	q.milli, q.text = milli, string(data)
	return nil
}

func (q Quantity) MarshalJSONTo(encoder *jsontext.Encoder) error {
	if q.text == "" {
		return encoder.WriteToken(jsontext.String("0"))
	}
	return encoder.WriteToken(jsontext.String(q.text))
}

// parseMilli reads a quantity as thousandths, saturating where they do not fit.
func parseMilli(text []byte) (int64, error) {
	var whole, fraction int64
	scale := int64(1000)
	index, digits := 0, 0
	for ; index < len(text) && text[index] >= '0' && text[index] <= '9'; index, digits = index+1, digits+1 {
		whole = whole*10 + int64(text[index]-'0')
	}
	if index < len(text) && text[index] == '.' {
		for index++; index < len(text) && text[index] >= '0' && text[index] <= '9'; index, digits = index+1, digits+1 {
			if scale > 1 {
				scale /= 10
				fraction = fraction*10 + int64(text[index]-'0')
			}
		}
	}
	if digits == 0 {
		return 0, errQuantity
	}
	milli := whole*1000 + fraction*scale
	switch string(text[index:]) {
	case "":
		return milli, nil
	case "m":
		return whole, nil
	case "k":
		return milli * 1e3, nil
	case "M":
		return milli * 1e6, nil
	case "G":
		return milli * 1e9, nil
	case "T":
		return milli * 1e12, nil
	case "Ki":
		return milli << 10, nil
	case "Mi":
		return milli << 20, nil
	case "Gi":
		return milli << 30, nil
	case "Ti":
		return milli << 40, nil
	}
	return 0, errQuantity
}

type ResourceList map[string]Quantity

type OwnerReference struct {
	APIVersion         string `json:"apiVersion"`
	Kind               string `json:"kind"`
	Name               string `json:"name"`
	UID                string `json:"uid"`
	Controller         *bool  `json:"controller,omitempty"`
	BlockOwnerDeletion *bool  `json:"blockOwnerDeletion,omitempty"`
}

type ManagedFieldsEntry struct {
	Manager     string    `json:"manager,omitempty"`
	Operation   string    `json:"operation,omitempty"`
	APIVersion  string    `json:"apiVersion,omitempty"`
	Time        *Time     `json:"time,omitempty"`
	FieldsType  string    `json:"fieldsType,omitempty"`
	FieldsV1    *FieldsV1 `json:"fieldsV1,omitempty"`
	Subresource string    `json:"subresource,omitempty"`
}

type TypeMeta struct {
	Kind       string `json:"kind,omitempty"`
	APIVersion string `json:"apiVersion,omitempty"`
}

type ObjectMeta struct {
	Name                       string               `json:"name,omitempty"`
	GenerateName               string               `json:"generateName,omitempty"`
	Namespace                  string               `json:"namespace,omitempty"`
	SelfLink                   string               `json:"selfLink,omitempty"`
	UID                        string               `json:"uid,omitempty"`
	ResourceVersion            string               `json:"resourceVersion,omitempty"`
	Generation                 int64                `json:"generation,omitempty"`
	CreationTimestamp          Time                 `json:"creationTimestamp,omitzero"`
	DeletionTimestamp          *Time                `json:"deletionTimestamp,omitempty"`
	DeletionGracePeriodSeconds *int64               `json:"deletionGracePeriodSeconds,omitempty"`
	Labels                     map[string]string    `json:"labels,omitempty"`
	Annotations                map[string]string    `json:"annotations,omitempty"`
	OwnerReferences            []OwnerReference     `json:"ownerReferences,omitempty"`
	Finalizers                 []string             `json:"finalizers,omitempty"`
	ManagedFields              []ManagedFieldsEntry `json:"managedFields,omitempty"`
}

type ListMeta struct {
	SelfLink           string `json:"selfLink,omitempty"`
	ResourceVersion    string `json:"resourceVersion,omitempty"`
	Continue           string `json:"continue,omitempty"`
	RemainingItemCount *int64 `json:"remainingItemCount,omitempty"`
}

type LabelSelectorRequirement struct {
	Key      string   `json:"key"`
	Operator string   `json:"operator"`
	Values   []string `json:"values,omitempty"`
}

type LabelSelector struct {
	MatchLabels      map[string]string          `json:"matchLabels,omitempty"`
	MatchExpressions []LabelSelectorRequirement `json:"matchExpressions,omitempty"`
}
