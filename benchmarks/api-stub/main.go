// A stand-in for kube-apiserver that holds a fleet of the generator's nodes and any number of running pods, answers
// list and watch for both, and changes pods at a fixed rate. It measures what a client's cache costs the client,
// without the cost of a real API server on the same machine. Any bearer token is accepted.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

type fleet struct {
	nodes [][]byte // JSON objects
	names []string // of the nodes
	pods  int
	rate  int // pod events a second
}

func (f *fleet) pod(index, version int) []byte {
	return fmt.Appendf(nil, podTemplate, index, index%97, index, version, index, f.names[index%len(f.names)])
}

// A running pod as an API server of today returns it, without managed fields.
const podTemplate = `{"metadata":{"name":"checkout-7d9f6c5b8d-%08d","namespace":"team-%d",` +
	`"uid":"8f1b1c1e-0000-4000-8000-%012d","resourceVersion":"%d","creationTimestamp":"2025-08-17T09:12:44Z",` +
	`"labels":{"app.kubernetes.io/name":"checkout","pod-template-hash":"7d9f6c5b8d"},"ownerReferences":[{` +
	`"apiVersion":"apps/v1","kind":"ReplicaSet","name":"checkout-7d9f6c5b8d",` +
	`"uid":"0b1b1c1e-0000-4000-8000-%012d","controller":true,"blockOwnerDeletion":true}]},` +
	`"spec":{"containers":[{"name":"checkout","image":"ghcr.io/acme/checkout:v3.14","args":["--listen=:8080"],` +
	`"ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],"env":[{"name":"LOG_LEVEL","value":"info"}],` +
	`"resources":{"limits":{"cpu":"500m","memory":"512Mi"},"requests":{"cpu":"100m","memory":"256Mi"}},` +
	`"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",` +
	`"imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,` +
	`"dnsPolicy":"ClusterFirst","serviceAccountName":"checkout","nodeName":"%s","schedulerName":"default-scheduler",` +
	`"tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute",` +
	`"tolerationSeconds":300}],"priority":0,"enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"},` +
	`"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True","lastProbeTime":null,` +
	`"lastTransitionTime":"2025-08-17T09:12:50Z"}],"hostIP":"10.20.0.4","podIP":"10.60.1.17",` +
	`"startTime":"2025-08-17T09:12:44Z","qosClass":"Burstable"}}`

// list writes count objects as one page of a list, honouring limit and continue.
func list(writer http.ResponseWriter, request *http.Request, kind string, count int, object func(int) []byte) {
	limit, _ := strconv.Atoi(request.FormValue("limit"))
	first, _ := strconv.Atoi(request.FormValue("continue"))
	last := count
	next := ""
	if limit > 0 && first+limit < count {
		last = first + limit
		next = strconv.Itoa(last)
	}
	writer.Header().Set("Content-Type", "application/json")
	body := bufio.NewWriterSize(writer, 1<<16)
	defer body.Flush()
	fmt.Fprintf(body, `{"kind":%q,"apiVersion":"v1","metadata":{"resourceVersion":"1000"`, kind)
	if next != "" {
		fmt.Fprintf(body, `,"continue":%q,"remainingItemCount":%d`, next, count-last)
	}
	body.WriteString(`},"items":[`)
	for index := first; index < last; index++ {
		if index > first {
			body.WriteByte(',')
		}
		body.Write(object(index))
	}
	body.WriteString("]}")
}

// watch keeps the response open; where pods are watched it sends rate events a second, a hundredth of them at a time.
func (f *fleet) watch(writer http.ResponseWriter, request *http.Request, pods bool) {
	writer.Header().Set("Content-Type", "application/json")
	writer.WriteHeader(http.StatusOK)
	flush := http.NewResponseController(writer).Flush
	flush()
	seconds, _ := strconv.Atoi(request.FormValue("timeoutSeconds"))
	if seconds <= 0 {
		seconds = 300
	}
	end := time.After(time.Duration(seconds) * time.Second)
	ticks := time.NewTicker(10 * time.Millisecond)
	defer ticks.Stop()
	var buffer bytes.Buffer
	sent := 0
	begin := time.Now()
	for {
		select {
		case <-request.Context().Done():
			return
		case <-end:
			return
		case <-ticks.C:
		}
		if !pods || f.rate == 0 || f.pods == 0 {
			continue
		}
		buffer.Reset()
		for due := int(time.Since(begin).Seconds() * float64(f.rate)); sent < due; sent++ {
			// 7919 is prime, so that neighbouring events touch far-apart pods.
			fmt.Fprintf(&buffer, `{"type":"MODIFIED","object":{"kind":"Pod","apiVersion":"v1",`)
			buffer.Write(f.pod(sent*7919%f.pods, 1001+sent)[1:])
			buffer.WriteString("}\n")
		}
		if _, err := writer.Write(buffer.Bytes()); err != nil || flush() != nil {
			return
		}
	}
}

func (f *fleet) load(path string, limit int) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() && len(f.nodes) < limit {
		line := bytes.Clone(lines.Bytes())
		var head struct{ Metadata struct{ Name string } }
		if err := json.Unmarshal(line, &head); err != nil {
			return err
		}
		f.nodes = append(f.nodes, line)
		f.names = append(f.names, head.Metadata.Name)
	}
	return lines.Err()
}

func run() error {
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	certificate := flag.String("certificate", "", "PEM file of the server's certificate")
	key := flag.String("key", "", "PEM file of its key")
	nodes := flag.String("nodes", "", "file of one Node a line")
	limit := flag.Int("limit", 1<<30, "use only the first nodes of the file")
	f := &fleet{}
	flag.IntVar(&f.pods, "pods", 0, "number of running pods")
	flag.IntVar(&f.rate, "events", 0, "pod events a second")
	flag.Parse()
	if err := f.load(*nodes, *limit); err != nil {
		return err
	}

	var unknown sync.Map
	resource := func(kind string, count int, object func(int) []byte, pods bool) http.HandlerFunc {
		return func(writer http.ResponseWriter, request *http.Request) {
			if watching := request.FormValue("watch"); watching == "1" || watching == "true" {
				f.watch(writer, request, pods)
				return
			}
			list(writer, request, kind, count, object)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/nodes", resource("NodeList", len(f.nodes), func(i int) []byte { return f.nodes[i] }, false))
	mux.HandleFunc("GET /api/v1/pods", resource("PodList", f.pods, func(i int) []byte { return f.pod(i, 1000) }, true))
	mux.HandleFunc("/", func(writer http.ResponseWriter, request *http.Request) {
		if _, told := unknown.LoadOrStore(request.URL.Path, true); !told {
			fmt.Fprintln(os.Stderr, "api-stub: not served:", request.Method, request.URL.Path)
		}
		writer.Header().Set("Content-Type", "application/json")
		writer.WriteHeader(http.StatusNotFound)
		fmt.Fprint(writer, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`)
	})
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	fmt.Printf("listening on %s\n", listener.Addr())
	return (&http.Server{Handler: mux}).ServeTLS(listener, *certificate, *key)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "api-stub:", err)
		os.Exit(1)
	}
}
