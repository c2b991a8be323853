print("dakr-scheduler")
