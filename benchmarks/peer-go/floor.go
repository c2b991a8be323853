package main

import (
	"bytes"
	"net/http"
	"strconv"
)

// The floor under every extender in names mode: filter echoes the names that it was sent, prioritize prefers nobody with
// an empty list, nothing is decoded. What a kube-scheduler loses with it, it loses with any extender.

var namesField = []byte(`"NodeNames":[`)

func write(writer http.ResponseWriter, pieces ...[]byte) {
	length := 0
	for _, piece := range pieces {
		length += len(piece)
	}
	header := writer.Header()
	header["Content-Type"] = []string{"application/json"}
	header["Content-Length"] = []string{strconv.Itoa(length)}
	for _, piece := range pieces {
		writer.Write(piece)
	}
}

func acceptAll(writer http.ResponseWriter, request *http.Request) {
	buffer, err := readBody(request)
	defer buffers.Put(buffer)
	body := buffer.Bytes()
	start := bytes.LastIndex(body, namesField)
	if err != nil || start < 0 {
		http.Error(writer, "no node names", http.StatusBadRequest)
		return
	}
	length := bytes.IndexByte(body[start:], ']')
	write(writer, []byte("{"), body[start:start+length+1], []byte("}"))
}

func preferNone(writer http.ResponseWriter, request *http.Request) {
	buffer, _ := readBody(request)
	defer buffers.Put(buffer)
	write(writer, []byte("[]"))
}
