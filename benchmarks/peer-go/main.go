// The peer: a scheduler extender with our filter and score rules, written the way good extenders in Go are written,
// with what Go offers for speed: pooled buffers sized by Content-Length, one Unmarshal and one Marshal a request,
// exact Content-Length, large HTTP/2 windows, no logging, a node cache for names mode.
package main

import (
	"bytes"
	"crypto/tls"
	"flag"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof" // served only where --profile names an address
	"os"
	"runtime/debug"
	"strconv"
	"sync"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// readBody reads the whole body into a pooled buffer, which the caller returns to the pool.
func readBody(request *http.Request) (*bytes.Buffer, error) {
	buffer := buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	if request.ContentLength > 0 {
		// ReadFrom wants room for one more read after the last byte.
		buffer.Grow(int(request.ContentLength) + bytes.MinRead)
	}
	_, err := buffer.ReadFrom(request.Body)
	return buffer, err
}

func reply(writer http.ResponseWriter, value any) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	if err := encode(buffer, value); err != nil {
		http.Error(writer, err.Error(), http.StatusInternalServerError)
		return
	}
	body := buffer.Bytes()
	header := writer.Header()
	header["Content-Type"] = []string{"application/json"}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	writer.Write(body)
}

// verb makes a handler of a function from decoded arguments to the value to be encoded.
func verb(answer func(*ExtenderArgs) any) http.HandlerFunc {
	return func(writer http.ResponseWriter, request *http.Request) {
		buffer, err := readBody(request)
		defer buffers.Put(buffer)
		var args ExtenderArgs
		if err == nil {
			err = decode(buffer.Bytes(), &args)
		}
		if err == nil && args.Pod == nil {
			err = fmt.Errorf("Pod is missing")
		}
		if err != nil {
			http.Error(writer, err.Error(), http.StatusBadRequest)
			return
		}
		reply(writer, answer(&args))
	}
}

func run() error {
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	certificate := flag.String("certificate", "", "PEM file of the server's certificate")
	key := flag.String("key", "", "PEM file of its key")
	prices := flag.String("prices", "", "price table")
	nodes := flag.String("nodes", "", "file of one Node a line, for names mode")
	limit := flag.Int("limit", 1<<30, "use only the first nodes of the file")
	collectAt := flag.Int("gogc", 100, "GOGC")
	isFloor := flag.Bool("floor", false, "answer without looking: what asking any extender costs")
	profile := flag.String("profile", "", "address for net/http/pprof")
	flag.Parse()
	debug.SetGCPercent(*collectAt)

	service := &extender{nodes: map[string]cachedNode{}}
	var err error
	if service.prices, err = loadPrices(*prices); err != nil {
		return err
	}
	if *nodes != "" {
		if err := service.loadNodes(*nodes, *limit); err != nil {
			return err
		}
		debug.FreeOSMemory()
	}
	pair, err := tls.LoadX509KeyPair(*certificate, *key)
	if err != nil {
		return err
	}
	if *profile != "" {
		go http.ListenAndServe(*profile, nil)
	}

	mux := http.NewServeMux()
	if *isFloor {
		mux.HandleFunc("POST /filter", acceptAll)
		mux.HandleFunc("POST /prioritize", preferNone)
	} else {
		mux.HandleFunc("POST /filter", verb(func(args *ExtenderArgs) any { return service.filter(args) }))
		mux.HandleFunc("POST /prioritize", verb(func(args *ExtenderArgs) any { return service.prioritize(args) }))
	}
	server := &http.Server{
		Handler:   mux,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12},
		HTTP2: &http.HTTP2Config{
			MaxReadFrameSize: 1 << 20, MaxReceiveBufferPerStream: 1 << 20, MaxReceiveBufferPerConnection: 4 << 20,
		},
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	fmt.Printf("listening on %s\n", listener.Addr())
	return server.ServeTLS(listener, "", "")
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}
