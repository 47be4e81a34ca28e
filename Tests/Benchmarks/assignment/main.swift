AssignmentBenchmark.run()
