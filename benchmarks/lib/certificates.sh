# The certificate that every server of a benchmark run uses. Sourced by benchmarks/run.

# bench_certificates <folder>: a CA and a P-256 server certificate for 127.0.0.1, made anew when they are missing or
# run out within a day.
bench_certificates() {
  local folder="$1"
  if openssl x509 -checkend 86400 -noout -in "$folder/tls.crt" >/dev/null 2>&1; then return 0; fi
  mkdir -p "$folder"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=benchmark CA" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign" \
    -keyout "$folder/ca.key" -out "$folder/ca.crt" 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=127.0.0.1" \
    -keyout "$folder/tls.key" -out "$folder/tls.csr" 2>/dev/null
  openssl x509 -req -in "$folder/tls.csr" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" -CAcreateserial -days 30 \
    -extfile <(printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n') \
    -out "$folder/tls.crt" 2>/dev/null
}
