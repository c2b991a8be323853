/// What every metric of ours begins with; only `process_*` does not.
let metricPrefix = "dakr_scheduler_"
