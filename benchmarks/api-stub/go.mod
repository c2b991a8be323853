module dakr.devzero.io/benchmarks/apistub

go 1.27
