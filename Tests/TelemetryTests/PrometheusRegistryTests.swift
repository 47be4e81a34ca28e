import Telemetry
import TestSupport
import Testing

@Suite("Prometheus registry") struct PrometheusRegistryTests {
    private let frames = MetricDefinition(
        "martlet_test_frames_total", .counter, "Frames\nwith a \\ in the help.", labels: ["interface", "reason"])
    private let depth = MetricDefinition("martlet_test_depth", .gauge, "Depth.")
    private let wait = MetricDefinition(
        "martlet_test_wait_seconds", .histogram, "Wait.", labels: ["peer"], buckets: [0.1, 1])

    @Test("the exposition: sorted, escaped, cumulated; metrics without series are left out")
    func golden() async {
        let registry = PrometheusRegistry([frames, depth, wait])
        registry.series(frames, ["interface": "eth1", "reason": "Malformed"]).increase()
        registry.series(frames, ["reason": "a\"b\\c\nd", "interface": "eth0"]).increase(by: 41)
        registry.series(frames, ["interface": "eth0", "reason": "a\"b\\c\nd"]).increase()
        registry.series(depth).set(-1.5)
        let peer = registry.series(wait, ["peer": "tor-a"])
        for value in [0.05, 0.1, 0.5, 7, .nan] { peer.observe(value) }
        peer.observe(.milliseconds(250))
        registry.collect { sink in
            sink.set(MetricNames.poolSize, ["family": "IPv6", "pool": "lan"], 18_446_744_073_709_551_616)
            sink.set(MetricNames.poolSize, ["pool": "lan", "family": "IPv4"], 254)
            sink.set(MetricNames.ready, 1)
        }
        #expect(
            await registry.exposition() == #"""
                # HELP martlet_metrics_dropped_series_total Series dropped because their metric has too many, or because they contradict its definition.
                # TYPE martlet_metrics_dropped_series_total counter
                martlet_metrics_dropped_series_total 0
                # HELP martlet_pool_addresses Addresses that a pool can allocate.
                # TYPE martlet_pool_addresses gauge
                martlet_pool_addresses{pool="lan",family="IPv4"} 254
                martlet_pool_addresses{pool="lan",family="IPv6"} 1.8446744073709552e+19
                # HELP martlet_ready Whether the process is ready (1) or not (0), as /readyz reports.
                # TYPE martlet_ready gauge
                martlet_ready 1
                # HELP martlet_test_depth Depth.
                # TYPE martlet_test_depth gauge
                martlet_test_depth -1.5
                # HELP martlet_test_frames_total Frames\nwith a \\ in the help.
                # TYPE martlet_test_frames_total counter
                martlet_test_frames_total{interface="eth0",reason="a\"b\\c\nd"} 42
                martlet_test_frames_total{interface="eth1",reason="Malformed"} 1
                # HELP martlet_test_wait_seconds Wait.
                # TYPE martlet_test_wait_seconds histogram
                martlet_test_wait_seconds_bucket{peer="tor-a",le="0.1"} 2
                martlet_test_wait_seconds_bucket{peer="tor-a",le="1"} 4
                martlet_test_wait_seconds_bucket{peer="tor-a",le="+Inf"} 5
                martlet_test_wait_seconds_sum{peer="tor-a"} 7.9
                martlet_test_wait_seconds_count{peer="tor-a"} 5

                """#)
    }

    @Test("series are bounded, and those that contradict their definition are not kept")
    func bounded() async {
        let registry = PrometheusRegistry([frames, depth])
        for number in 0..<(PrometheusRegistry.seriesLimit + 10) {
            registry.series(frames, ["interface": "if\(number)", "reason": "x"]).increase()
        }
        registry.series(frames, ["interface": "eth0"]).increase()
        registry.series(frames, ["interface": "eth0", "colour": "red"]).increase()
        registry.series(depth, ["interface": "eth0"]).set(1)
        registry.collect { sink in
            for number in 0..<(PrometheusRegistry.seriesLimit + 5) {
                sink.set(MetricNames.sessionUp, ["peer": "p\(number)"], 1)
            }
            sink.set(MetricNames.sessionUp, ["router": "p"], 1)
        }
        let lines = await registry.exposition().split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("martlet_test_frames_total{") } == PrometheusRegistry.seriesLimit)
        #expect(lines.count { $0.hasPrefix("martlet_bgp_session_up{") } == PrometheusRegistry.seriesLimit)
        #expect(lines.contains("martlet_metrics_dropped_series_total 19"))
    }

    @Test("a counter loses nothing to many threads at once")
    func concurrent() async {
        let registry = PrometheusRegistry([frames, wait])
        let definition = frames
        let histogram = wait
        await withTaskGroup { tasks in
            for _ in 0..<8 {
                tasks.addTask {
                    for _ in 0..<10_000 {
                        registry.series(definition, ["interface": "i", "reason": "r"]).increase()
                        registry.series(histogram, ["peer": "p"]).observe(0.5)
                    }
                }
            }
        }
        let text = await registry.exposition()
        #expect(text.contains(#"martlet_test_frames_total{interface="i",reason="r"} 80000"#))
        #expect(text.contains(#"martlet_test_wait_seconds_count{peer="p"} 80000"#))
        #expect(text.contains(#"martlet_test_wait_seconds_sum{peer="p"} 40000"#))
    }

    @Test("the process tells its memory, time, descriptors and beginning")
    func process() async throws {
        let registry = PrometheusRegistry()
        registry.collectProcess()
        let text = await registry.exposition()
        func value(_ name: String) throws -> Double {
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + " ") }, "\(name)")
            return try #require(Double(line.dropFirst(name.count + 1)))
        }
        #expect(try value("process_resident_memory_bytes") > 1_000_000)
        #expect(try value("process_virtual_memory_bytes") > value("process_resident_memory_bytes"))
        #expect(try value("process_cpu_seconds_total") > 0)
        #expect(try value("process_open_fds") >= 3)
        #expect(try value("process_max_fds") >= value("process_open_fds"))
        #expect(try value("process_start_time_seconds") > 1_600_000_000)
    }
}
