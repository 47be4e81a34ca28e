import Foundation
import Telemetry
import TestSupport
import Testing

/// What `deploy/monitoring` tells Prometheus and Grafana, against what the program serves.
@Suite("Monitoring") struct MonitoringTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        .standardized

    static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: root.appendingPathComponent(path)), as: UTF8.self)
    }

    /// The rules as Prometheus itself reads them: what is below `spec` of the PrometheusRule.
    static func rules() throws -> String {
        let lines = try text("deploy/monitoring/rules.yaml").split(separator: "\n", omittingEmptySubsequences: false)
        let spec = try #require(lines.firstIndex(of: "spec:"))
        return lines[(spec + 1)...].map { $0.hasPrefix("  ") ? $0.dropFirst(2) : $0 }.joined(separator: "\n")
    }

    static func alerts() throws -> [String] {
        try rules().matches(of: /- alert: (\w+)/).map { String($0.1) }
    }

    /// The queries of the dashboard, with a value for each of Grafana's variables.
    static func queries() throws -> [String] {
        let json = try JSONSerialization.jsonObject(with: Data(text("deploy/monitoring/dashboard.json").utf8))
        let dashboard = try #require(json as? [String: Any])
        let panels = try #require(dashboard["panels"] as? [[String: Any]])
        return panels.flatMap { $0["targets"] as? [[String: Any]] ?? [] }.compactMap { $0["expr"] as? String }
            .map { $0.replacing("$__rate_interval", with: "5m").replacing("$instance", with: ".*") }
    }

    /// The metrics that a query reads, histograms by their own name.
    static func metrics(of query: String) -> Set<String> {
        Set(
            query.matches(of: /\b(martlet|process)_[a-z0-9_]+/).map { match in
                let name = String(match.0)
                let histogram = name.replacing(/_(bucket|sum|count)$/, with: "")
                return MetricNames.all.contains { $0.name == histogram && $0.kind == .histogram } ? histogram : name
            })
    }

    @Test("every metric in rules and dashboard is one that there is, with labels that it has")
    func metricsExist() throws {
        let known = Dictionary(MetricNames.all.map { ($0.name, Set($0.labels)) }, uniquingKeysWith: { a, _ in a })
        let expressions = try Self.rules().split(separator: "\n").map(String.init)
        for query in try Self.queries() + expressions {
            for metric in Self.metrics(of: query) { #expect(known[metric] != nil, "\(metric) in \(query)") }
            for match in query.matches(of: /\b(martlet_[a-z0-9_]+?)(_bucket)?\{([^}]*)\}/) {
                let labels = known[String(match.1)] ?? []
                for label in match.3.matches(of: /(\w+)\s*=/) where label.1 != "instance" {
                    #expect(labels.contains(String(label.1)), "\(label.1) in \(query)")
                }
            }
        }
        let queries = try Self.queries()
        #expect(queries.count >= 30)
        #expect(Set(queries.flatMap(Self.metrics)).count >= 20)
    }

    @Test(
        "every alert has a section in the runbook that says what it means, how to look and what to do, and no section is without an alert"
    )
    func runbook() throws {
        let runbook = try Self.text("docs/runbook.md")
        let sections = runbook.split(separator: "\n## ").dropFirst()
        let alerts = try Self.alerts()
        #expect(alerts.count >= 18 && Set(alerts).count == alerts.count)
        #expect(sections.map { String($0.prefix { $0 != "\n" }) }.sorted() == alerts.sorted())
        for section in sections {
            for part in ["**Meaning.**", "**Check**", "**Fix**"] {
                #expect(section.contains(part), "\(section.prefix(40))")
            }
        }
        let rules = try Self.rules()
        for alert in alerts {
            #expect(
                rules.contains("docs/runbook.md#\(alert.lowercased())\n")
                    || rules.hasSuffix("docs/runbook.md#\(alert.lowercased())"))
        }
        #expect(rules.matches(of: /severity: (critical|warning|info)\}/).count == alerts.count)
    }

    // MARK: As Prometheus sees them

    static var hasPromtool: Bool { MetricNamesTests.promtool != nil }

    /// Runs promtool on a file of this text.
    static func promtool(_ command: String..., files: [String: String], last: String) async throws -> CommandResult {
        let folder = try TemporaryFolder()
        for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/" + name)) }
        return try await ChildProcess([try #require(MetricNamesTests.promtool)] + command + [folder.path + "/" + last])
            .wait()
    }

    @Test(
        "promtool accepts the rules, and the dashboard's queries as rules", .enabled(if: hasPromtool, "needs promtool"))
    func accepted() async throws {
        let rules = try await Self.promtool("check", "rules", files: ["rules.yaml": Self.rules()], last: "rules.yaml")
        let count = try Self.alerts().count
        #expect(rules.succeeded && rules.output.contains("\(count) rules found"), "\(rules)")
        let records = try Self.queries().enumerated().map { number, query in
            "      - {record: \"q:\(number)\", expr: '\(query)'}"
        }
        let text = "groups:\n  - name: dashboard\n    rules:\n" + records.joined(separator: "\n")
        let queries = try await Self.promtool("check", "rules", files: ["q.yaml": text], last: "q.yaml")
        #expect(queries.succeeded, "\(queries)")
    }

    /// An alert, series a minute apart with which it fires after half an hour, and such with which it does not.
    static let cases: [(String, fires: [(String, String)], calm: [(String, String)])] = [
        (
            "MartletDown", [("up{job=\"martlet-speaker\"}", "0x40")],
            [("up{job=\"martlet-speaker\"}", "1x40"), ("up{job=\"other\"}", "0x40")]
        ),
        ("MartletNotReady", [("martlet_ready", "0x40")], [("martlet_ready", "1x40")]),
        (
            "MartletNothingAnnounced",
            [("martlet_services{state=\"assigned\"}", "3x40"), ("martlet_announcements{protocol=\"bgp\"}", "0x40")],
            [("martlet_services{state=\"assigned\"}", "3x40"), ("martlet_announcements{protocol=\"bgp\"}", "1x40")]
        ),
        (
            "MartletAddressConflict", [("martlet_address_conflicts_total", "0x25 1x15")],
            [
                ("martlet_address_conflicts_total", "1x40"),
                ("martlet_layer2_claims{state=\"conflict\"}", "0x40"),
                ("martlet_layer2_claims{state=\"holding\"}", "5x40"),
            ]
        ),
        (
            "MartletAddressConflict", [("martlet_layer2_claims{state=\"conflict\"}", "1x40")],
            [("martlet_layer2_claims{state=\"conflict\"}", "1x10 0x30")]
        ),
        (
            "MartletServicePending", [("martlet_services{state=\"pending\",reason=\"NoPools\"}", "1x40")],
            [("martlet_services{state=\"pending\",reason=\"NoPools\"}", "1x5 _x35")]
        ),
        (
            "MartletPoolExhausted",
            [("martlet_pool_addresses_available", "0x40"), ("martlet_pool_addresses", "6x40")],
            [("martlet_pool_addresses_available", "1x40"), ("martlet_pool_addresses", "6x40")]
        ),
        (
            "MartletPoolNearlyFull",
            [("martlet_pool_addresses_assigned", "95x40"), ("martlet_pool_addresses", "100x40")],
            [("martlet_pool_addresses_assigned", "80x40"), ("martlet_pool_addresses", "100x40")]
        ),
        (
            "MartletSegmentMemberLost", [("martlet_segment_members{state=\"Down\"}", "1x40")],
            [("martlet_segment_members{state=\"Up\"}", "1x40")]
        ),
        (
            "MartletOwnersFlapping",
            [
                ("martlet_ownership_changes_total{change=\"gained\"}", "0+5x40"),
                ("martlet_announcements{protocol=\"layer2\"}", "4x40"),
            ],
            // As many as there are, once: a failover.
            [
                ("martlet_ownership_changes_total{change=\"gained\"}", "4x25 8x15"),
                ("martlet_announcements{protocol=\"layer2\"}", "4x40"),
            ]
        ),
        (
            "MartletForgedClaims", [("martlet_layer2_forged_claims_total{interface=\"eth0\"}", "0x25 1x15")],
            // A while ago, and on a node that has restarted since.
            [("martlet_layer2_forged_claims_total{interface=\"eth0\"}", "0x10 7x12 0x18")]
        ),
        (
            "MartletOwnersUnconfirmed",
            [("martlet_layer2_beliefs_dropped_total{interface=\"eth0\"}", "0+1x40")],
            // A node with many addresses has failed.
            [("martlet_layer2_beliefs_dropped_total{interface=\"eth0\"}", "0x25 500x15")]
        ),
        ("MartletBGPSessionDown", [("martlet_bgp_session_up", "0x40")], [("martlet_bgp_session_up", "1x40")]),
        (
            "MartletBGPAllSessionsDown",
            [("martlet_bgp_session_up{peer=\"a\"}", "0x40"), ("martlet_bgp_session_up{peer=\"b\"}", "0x40")],
            [("martlet_bgp_session_up{peer=\"a\"}", "0x40"), ("martlet_bgp_session_up{peer=\"b\"}", "1x40")]
        ),
        (
            "MartletBGPSessionFlapping", [("martlet_bgp_session_losses_total", "0+1x40")],
            [("martlet_bgp_session_losses_total", "7x40")]
        ),
        ("MartletBFDSessionDown", [("martlet_bfd_session_up", "0x40")], [("martlet_bfd_session_up", "1x40")]),
        (
            "MartletConfigurationError", [("martlet_configuration_problems{severity=\"error\"}", "1x40")],
            [("martlet_configuration_problems{severity=\"warning\"}", "9x40")]
        ),
        (
            "MartletAPIServerLost", [("martlet_kubernetes_watch_failures_total{resource=\"services\"}", "0+2x40")],
            // As many as a rolling update of the API servers brings.
            [("martlet_kubernetes_watch_failures_total{resource=\"services\"}", "0x28 4x12")]
        ),
        (
            "MartletAPIServerLost", [("martlet_kubernetes_server_up", "1x20 0x20")],
            // A restart of the API server.
            [("martlet_kubernetes_server_up", "1x28 0x1 1x12")]
        ),
        (
            "MartletStateSetBack", [("martlet_kubernetes_set_backs_total{resource=\"nodes\"}", "_x20 1x20")],
            [("martlet_kubernetes_set_backs_total{resource=\"nodes\"}", "_x10 1x30")]
        ),
        (
            "MartletStateSetBack", [("martlet_kubernetes_set_backs_total{resource=\"nodes\"}", "1x20 2x20")],
            [("martlet_kubernetes_set_backs_total{resource=\"nodes\"}", "2x40")]
        ),
        (
            "MartletSlowToWire",
            [
                ("martlet_event_to_wire_seconds_bucket{le=\"1\"}", "0x40"),
                ("martlet_event_to_wire_seconds_bucket{le=\"10\"}", "0+9x40"),
                ("martlet_event_to_wire_seconds_bucket{le=\"+Inf\"}", "0+9x40"),
            ],
            [
                ("martlet_event_to_wire_seconds_bucket{le=\"1\"}", "0+9x40"),
                ("martlet_event_to_wire_seconds_bucket{le=\"+Inf\"}", "0+9x40"),
            ]
        ),
        (
            "MartletRestarting", [("process_start_time_seconds", "0x10 7x5 9x5 12x20"), ("martlet_ready", "1x40")],
            // Once; and another program that has nothing of Martlet's.
            [("process_start_time_seconds", "0x10 7x30"), ("martlet_ready", "1x40")]
        ),
        (
            "MartletVersionsDiffer",
            [("martlet_build_info{version=\"1\"}", "1x99"), ("martlet_build_info{version=\"2\"}", "1x99")],
            [("martlet_build_info{version=\"1\"}", "1x99")]
        ),
        (
            "MartletSeriesDropped", [("martlet_metrics_dropped_series_total", "3x40")],
            [("martlet_metrics_dropped_series_total", "0x40")]
        ),
    ]

    @Test("each alert fires when it should, and not when it should not", .enabled(if: hasPromtool, "needs promtool"))
    func fire() async throws {
        let alerts = try Self.alerts()
        // Some alerts have several cases.
        let tested = Self.cases.map(\.0)
        #expect(tested.indices.filter { $0 == 0 || tested[$0] != tested[$0 - 1] }.map { tested[$0] } == alerts)
        for (alert, fires, calm) in Self.cases {
            for (series, isExpected) in [(fires, true), (calm, false)] {
                let inputs = series.map { name, values in
                    let labelled =
                        name.hasSuffix("}")
                        ? name.dropLast() + ",instance=\"n1\"}" : "\(name){instance=\"n1\"}"
                    return "      - {series: '\(labelled)', values: '\(values)'}"
                }
                // As a rule of its own, so that nothing has to be said of labels and annotations.
                let time = alert == "MartletVersionsDiffer" ? "75m" : alert == "MartletPoolNearlyFull" ? "35m" : "31m"
                let test = """
                    rule_files: [rules.yaml]
                    evaluation_interval: 1m
                    tests:
                      - interval: 1m
                        input_series:
                    \(inputs.joined(separator: "\n"))
                        promql_expr_test:
                          - expr: 'count(ALERTS{alertname="\(alert)", alertstate="firing"}) > bool 0 or vector(0)'
                            eval_time: \(time)
                            exp_samples: [{labels: '{}', value: \(isExpected ? 1 : 0)}]
                    """
                let result = try await Self.promtool(
                    "test", "rules", files: ["rules.yaml": Self.rules(), "test.yaml": test], last: "test.yaml")
                #expect(result.succeeded, "\(alert) with \(series): \(result.output) \(result.errors)")
            }
        }
    }
}
