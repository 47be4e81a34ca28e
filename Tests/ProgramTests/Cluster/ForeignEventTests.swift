import Foundation
import TestAPIServer
import TestSupport
import Testing

/// A cluster as it is in life: full of Events of others, and with a Service that was deleted and made again.
@Suite struct ForeignEventTests {
    private static let events = "events.k8s.io/v1"

    private static func event(
        _ name: String, _ fields: JSON, namespace: String = "default"
    ) -> JSON {
        JSON.object([
            "apiVersion": .string(events), "kind": "Event",
            "metadata": ["name": .string(name), "namespace": .string(namespace)], "eventTime": nil,
        ]).merged(with: fields)
    }

    @Test("explain, get and bundle take Events of others for no problem, and those of a former Service for its own")
    func commands() async throws {
        let server = TestAPIServer()
        try await server.start()
        let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../deploy/crds").standardized
        for file in try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
        where file.hasSuffix(".yaml") && file != "kustomization.yaml" {
            try await server.apply(yaml: String(contentsOf: root.appendingPathComponent(file), encoding: .utf8))
        }
        try await server.apply([
            "apiVersion": "v1", "kind": "Node", "metadata": ["name": "n1"],
            "status": ["conditions": [["type": "Ready", "status": "True"]], "addresses": nil],
        ])
        try await server.apply([
            "apiVersion": "martlet.dev/v1beta1", "kind": "IPAddressPool",
            "metadata": ["name": "lan", "namespace": "martlet-system"], "spec": ["addresses": ["192.0.2.16/28"]],
        ])
        try await server.apply([
            "apiVersion": "martlet.dev/v1beta1", "kind": "L2Advertisement",
            "metadata": ["name": "all", "namespace": "martlet-system"],
        ])
        try await server.apply([
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": "web", "namespace": "default"],
            "spec": ["type": "LoadBalancer", "ports": [["port": 80]]],
        ])
        let path = "/api/v1/namespaces/default/services/web"
        let uid = await server.object(path)?["metadata", "uid"] ?? ""
        for number in 0..<84 {
            try await server.apply(
                Self.event(
                    "kubelet\(number)",
                    [
                        "reason": "Created", "reportingController": "kubelet", "type": "Normal",
                        "regarding": ["kind": "Pod", "name": "p", "namespace": "default"],
                        "deprecatedSource": ["component": "kubelet", "host": "n1"],
                        "deprecatedLastTimestamp": "2026-03-01T10:00:00Z",
                    ]))
        }
        try await server.apply(Self.event("odd", ["note": 7, "regarding": nil, "reportingController": ["x"]]))
        func own(_ name: String, _ note: String, uid: JSON?) -> JSON {
            Self.event(
                name,
                [
                    "eventTime": "2020-03-01T10:00:00.000000Z", "reportingController": "martlet.dev/controller",
                    "reportingInstance": "c", "action": "Assign", "reason": "Assigned", "note": .string(note),
                    "type": "Normal",
                    "regarding": JSON.object(["kind": "Service", "name": "web", "namespace": "default"]).merged(
                        with: uid.map { ["uid": $0] } ?? [:]),
                ])
        }
        try await server.apply(own("former", "Assigned 192.0.2.77 to the former one.", uid: "former"))
        try await server.apply(own("older", "Told before there was one, of an unknown uid.", uid: nil))
        try await server.apply(own("present", "Assigned 192.0.2.16 to this one.", uid: uid))
        let folder = try TemporaryFolder()
        let kubeconfig = try folder.write(
            "config",
            """
            {"apiVersion": "v1", "kind": "Config", "current-context": "a", \
            "clusters": [{"name": "a", "cluster": {"server": "http://127.0.0.1:\(await server.port)"}}], \
            "users": [{"name": "a", "user": {"token": "\(TestAPIServer.adminToken)"}}], \
            "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}]}
            """)
        let explained = try await Program.run("explain", "default/web", "--kubeconfig", kubeconfig)
        // That no speaker reports is said in a step of its own; there is no step Problems.
        for word in ["Problems", "get problems", "cannot be parsed"] {
            #expect(!explained.output.contains(word) && !explained.errors.contains(word), "\(explained)")
        }
        #expect(explained.output.contains("192.0.2.16 to this one"), "\(explained)")
        for absent in ["192.0.2.77", "unknown uid"] { #expect(!explained.output.contains(absent), "\(explained)") }
        let bundle = try await Program.run("bundle", "--kubeconfig", kubeconfig, "--to", "-")
        let saved = try JSON(Array(bundle.output.utf8))
        #expect(bundle.succeeded && saved["problems"]?.array?.isEmpty ?? true, "\(bundle.errors)")
        #expect(!bundle.output.contains("cannot be parsed"))
        let problems = saved["processes"]?.array?.first?["status", "problems"]?.array
        // No speaker runs here, which is the one thing that is wrong.
        let wrong = problems?.filter { $0["object"] != .string("DaemonSet/martlet-speaker") }
        #expect(wrong?.isEmpty ?? false, "\(String(describing: problems))")
        // A Service that is gone has its history.
        try await server.delete(path)
        let told = try await Program.run("get", "events", "default/web", "--kubeconfig", kubeconfig)
        #expect(told.output.contains("192.0.2.77") && told.output.contains("192.0.2.16"), "\(told)")
        await server.stop()
    }
}
