module dakr.devzero.io/benchmarks/peer

go 1.27
