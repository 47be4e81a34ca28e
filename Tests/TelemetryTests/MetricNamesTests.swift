import Foundation
import Presentation
import Telemetry
import TestSupport
import Testing
import Timing

@Suite("Metric names") struct MetricNamesTests {
    @Test("each is well formed, has help, and is there once", arguments: MetricNames.all)
    func wellFormed(definition: MetricDefinition) {
        #expect(definition.name.wholeMatch(of: /(martlet|process)(_[a-z0-9]+)+/) != nil)
        #expect(definition.help.hasSuffix("."))
        #expect(definition.name.hasSuffix("_total") == (definition.kind == .counter))
        #expect(definition.buckets.isEmpty == (definition.kind != .histogram))
        #expect(definition.buckets == definition.buckets.sorted())
        #expect(definition.labels.allSatisfy { $0.wholeMatch(of: /[a-z]+/) != nil && $0 != "le" })
        #expect(MetricNames.all.count { $0.name == definition.name } == 1)
    }

    @Test("docs/metrics.md has a row for each, with its type and labels, and for no other")
    func documented() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/metrics.md").standardized
        let rows = String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("| `martlet_") || $0.hasPrefix("| `process_") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
        #expect(rows.count == MetricNames.all.count)
        for definition in MetricNames.all {
            let row = try #require(rows.first { $0[0] == "`\(definition.name)`" }, "\(definition.name)")
            #expect(row[1] == definition.kind.rawValue)
            #expect(
                row[2] == (definition.labels.isEmpty ? "" : definition.labels.map { "`\($0)`" }.joined(separator: ", "))
            )
        }
    }

    static let status: StatusDocument = {
        var status = StatusDocument(version: "0.1.0", role: "run", node: "n1")
        status.assignments = [
            AssignmentEntry(
                service: "a/b", ips: ["192.0.2.1"], pool: "lan", state: "assigned", reason: nil, message: nil),
            AssignmentEntry(
                service: "a/c", ips: [], pool: nil, state: "pending", reason: "PoolExhausted", message: "m"),
            AssignmentEntry(
                service: "a/d", ips: [], pool: nil, state: "pending", reason: "PoolExhausted", message: "m"),
        ]
        status.announcements = [
            AnnouncementEntry(layer2: "a/b", ip: "192.0.2.1", node: "n1", interfaces: ["eth0"]),
            AnnouncementEntry(layer2: "a/b", ip: "192.0.2.2", node: "n2", interfaces: ["eth0"]),
        ]
        status.silent = [
            NotAnnouncedEntry(
                service: "a/b", ip: "192.0.2.2", protocol: "layer2", node: "n1", reason: "NotElected", message: "m")
        ]
        status.pools = [
            PoolEntry(
                pool: "lan", autoAssign: true, families: [.init(family: "IPv4", size: 254, assigned: 1, available: 253)]
            )
        ]
        status.peers = [
            PeerEntry(
                peer: "tor-a", address: "10.0.0.1", state: "Established", since: Timestamp(seconds: 1_767_225_600),
                prefixesSent: 3, bfd: "Up", flaps: 2,
                messagesSent: .init(open: 1, update: 2, notification: 3, keepalive: 4, routeRefresh: 5)),
            PeerEntry(peer: "tor-b", address: "10.0.0.2", state: "Active", since: nil, prefixesSent: 0),
        ]
        status.segments = [
            SegmentEntry(
                interface: "eth0",
                members: [
                    .init(node: "n2", address: "10.0.0.2", state: "Up", since: nil),
                    .init(node: "n3", address: "10.0.0.3", state: "Down", since: nil),
                ])
        ]
        status.interfaces = [
            InterfaceEntry(
                interface: "eth0", mac: "02:00:00:00:00:01", isUp: true, addresses: 1,
                arp: .init(requests: 5, replies: 4, announcements: 3), drops: [.init(reason: "NotOwned", count: 9)],
                claims: .init(watching: 2, probing: 1, holding: 4, conflict: 1), conflicts: 2, kernelDrops: 7,
                forgedClaims: 4, beliefsDropped: 5),
            // A pod's: nothing is announced there.
            InterfaceEntry(interface: "veth0", mac: "02:00:00:00:00:02", isUp: true, addresses: 0, conflicts: 0),
        ]
        status.problems = [ProblemEntry(severity: "warning", object: nil, field: nil, message: "m")]
        status.notReady = ["a reason"]
        return status
    }()

    @Test("Services are counted by who assigns, not by each speaker") func onceInACluster() async {
        let registry = PrometheusRegistry()
        var status = Self.status
        status.role = "speaker"
        registry.collectStatus { [status] in status }
        #expect(await !registry.exposition().contains("martlet_services{"))
    }

    @Test("a status becomes figures")
    func ofStatus() async {
        let registry = PrometheusRegistry()
        registry.collectStatus { Self.status }
        let lines = await registry.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines.joined(separator: "\n") == #"""
                martlet_address_conflicts_total{interface="eth0"} 2
                martlet_announcements{protocol="bgp"} 0
                martlet_announcements{protocol="layer2"} 1
                martlet_bfd_session_up{peer="tor-a"} 1
                martlet_bgp_messages_sent_total{peer="tor-a",type="keepalive"} 4
                martlet_bgp_messages_sent_total{peer="tor-a",type="notification"} 3
                martlet_bgp_messages_sent_total{peer="tor-a",type="open"} 1
                martlet_bgp_messages_sent_total{peer="tor-a",type="route-refresh"} 5
                martlet_bgp_messages_sent_total{peer="tor-a",type="update"} 2
                martlet_bgp_prefixes_advertised{peer="tor-a"} 3
                martlet_bgp_prefixes_advertised{peer="tor-b"} 0
                martlet_bgp_session_losses_total{peer="tor-a"} 2
                martlet_bgp_session_since_timestamp_seconds{peer="tor-a"} 1767225600
                martlet_bgp_session_state{peer="tor-a"} 6
                martlet_bgp_session_state{peer="tor-b"} 3
                martlet_bgp_session_up{peer="tor-a"} 1
                martlet_bgp_session_up{peer="tor-b"} 0
                martlet_build_info{version="0.1.0",role="run"} 1
                martlet_configuration_problems{severity="error"} 0
                martlet_configuration_problems{severity="note"} 0
                martlet_configuration_problems{severity="warning"} 1
                martlet_layer2_announcements_sent_total{interface="eth0",protocol="arp"} 3
                martlet_layer2_announcements_sent_total{interface="eth0",protocol="ndp"} 0
                martlet_layer2_beliefs_dropped_total{interface="eth0"} 5
                martlet_layer2_claims{interface="eth0",state="conflict"} 1
                martlet_layer2_claims{interface="eth0",state="holding"} 4
                martlet_layer2_claims{interface="eth0",state="probing"} 1
                martlet_layer2_claims{interface="eth0",state="watching"} 2
                martlet_layer2_drops_total{interface="eth0",reason="NotOwned"} 9
                martlet_layer2_forged_claims_total{interface="eth0"} 4
                martlet_layer2_kernel_drops_total{interface="eth0"} 7
                martlet_layer2_replies_sent_total{interface="eth0",protocol="arp"} 4
                martlet_layer2_replies_sent_total{interface="eth0",protocol="ndp"} 0
                martlet_layer2_requests_received_total{interface="eth0",protocol="arp"} 5
                martlet_layer2_requests_received_total{interface="eth0",protocol="ndp"} 0
                martlet_metrics_dropped_series_total 0
                martlet_not_announced{protocol="layer2",reason="NotElected"} 1
                martlet_pool_addresses{pool="lan",family="IPv4"} 254
                martlet_pool_addresses_assigned{pool="lan",family="IPv4"} 1
                martlet_pool_addresses_available{pool="lan",family="IPv4"} 253
                martlet_ready 0
                martlet_segment_members{interface="eth0",state="Down"} 1
                martlet_segment_members{interface="eth0",state="Up"} 1
                martlet_segment_unheard{interface="eth0"} 0
                martlet_services{state="assigned",reason=""} 1
                martlet_services{state="pending",reason="PoolExhausted"} 2
                """#)
    }

    static let promtool: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/promtool" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    @Test("promtool accepts everything without a word", .enabled(if: promtool != nil, "needs promtool"))
    func promtoolAccepts() async throws {
        let registry = PrometheusRegistry()
        registry.collectStatus { Self.status }
        registry.collectProcess()
        for definition in MetricNames.all where definition.kind == .histogram {
            let series = MetricSeriesLabels.example(of: definition, in: registry)
            series.observe(.microseconds(730))
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("metrics.txt")
        try Data(await registry.exposition().utf8).write(to: file)
        let promtool = try #require(Self.promtool)
        let result = try await ChildProcess(["sh", "-c", "exec \(promtool) check metrics <'\(file.path)'"]).wait()
        #expect(result.succeeded && result.output.isEmpty && result.errors.isEmpty, "\(result)")
    }
}

private enum MetricSeriesLabels {
    /// A series of a histogram, whatever its labels.
    static func example(of definition: MetricDefinition, in registry: PrometheusRegistry) -> MetricSeries {
        definition.labels.isEmpty ? registry.series(definition) : registry.series(definition, ["protocol": "layer2"])
    }
}
