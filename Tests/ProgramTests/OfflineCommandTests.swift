import Foundation
import TestSupport
import Testing

@Suite struct OfflineCommandTests {
    static let manifests = """
        apiVersion: martlet.dev/v1beta1
        kind: IPAddressPool
        metadata: {name: lan, namespace: martlet-system}
        spec: {addresses: ["192.0.2.10-192.0.2.11"]}
        ---
        apiVersion: metallb.io/v1beta1
        kind: L2Advertisement
        metadata: {name: all, namespace: metallb-system}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: default}
        spec: {type: LoadBalancer, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: internal, namespace: default}
        spec: {type: ClusterIP, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Node
        metadata: {name: n1}
        ---
        apiVersion: v1
        kind: Node
        metadata: {name: n2}
        """

    /// What a person may type, the exit status, and a word of what is said, on standard error unless the status is 0.
    static let typed: [([String], Int32, String)] = [
        (["version"], 0, "martlet "),
        (["--help"], 0, "plan"),
        (["run", "--help"], 0, "--state-dir"),
        (["plan", "--help"], 0, "Example"),
        (["check", "--help"], 0, "Example"),
        (["get", "--help"], 0, "Example"),
        (["run", "--help"], 0, "Example"),
        (["version", "--help"], 0, "Example"),
        (["explain", "--help"], 0, "Example"),
        (["rebalance", "--help"], 0, "Example"),
        (["rebalance"], 64, "--server"),
        (["run", "-f", "x", "--node", "n", "--liveness-interval", "fast"], 64, "such as 50ms"),
        (["run", "-f", "x", "--node", "n", "--liveness-multiplier", "1"], 64, "at least 2"),
        (["run", "-f", "x", "--node", "n", "--announce-interval", "0s"], 64, "--announce-interval"),
        (["explain", "web", "--kubeconfig", "/nowhere"], 1, "there is no kubeconfig /nowhere"),
        (["explain", "a/b/c", "-f", "x"], 64, "NAMESPACE/NAME"),
        (["explain", "web", "-f", "x", "--server", "http://127.0.0.1:1"], 64, "-f"),
        (["explain", "web", "--server", "http://127.0.0.1:1"], 1, "nothing listens"),
        (["paln"], 64, "paln"),
        (["plan"], 64, "-f"),
        (["plan", "-f"], 64, "-f"),
        (["plan", "-f", "x", "-o", "xml"], 64, "xml"),
        (["run", "-f", "x"], 64, "--node"),
        (["run", "--node", "n1"], 64, "-f"),
        (["run", "-f", "x", "--node", "n1", "--http", "nonsense"], 64, "nonsense"),
        (["get", "cars", "--server", "http://127.0.0.1:1"], 64, "cars"),
        (["get", "pools", "--kubeconfig", "/nowhere"], 1, "there is no kubeconfig /nowhere"),
        (["get", "pools", "--server", "127.0.0.1:7472"], 64, "http://"),
        (["get", "pools", "--server", "http://127.0.0.1:1"], 1, "nothing listens"),
    ]

    @Test("What is typed gets the exit status of the contract, and an answer that names it", arguments: typed)
    func typing(arguments: [String], status: Int32, word: String) async throws {
        let result = try await ChildProcess([Program.path] + arguments).wait()
        #expect(result.status == status, "\(result)")
        #expect((status == 0 ? result.output : result.errors).contains(word), "\(result)")
        #expect(status == 0 || result.output.isEmpty, "diagnostics go to standard error: \(result)")
    }

    @Test("A path that is not there is a problem like any other, named in the answer", arguments: ["plan", "check"])
    func missingPath(command: String) async throws {
        let result = try await Program.run(command, "-f", "/nonexistent/file.yaml")
        #expect(result.status == 1, "\(result)")
        #expect(result.output.contains("/nonexistent/file.yaml"), "\(result)")
    }

    @Test("A comparison shows who loses an address, and ends with 1 if anybody does")
    func compare() async throws {
        let folder = try TemporaryFolder()
        let old = try folder.write("old.yaml", Self.manifests)
        let pool = "apiVersion: martlet.dev/v1beta1\nkind: IPAddressPool\nmetadata: {name: lan}\nspec: {addresses: "
        let advertisement = "\n---\napiVersion: martlet.dev/v1beta1\nkind: L2Advertisement\nmetadata: {name: all}\n"
        // No Services and nodes of its own: those that there are count.
        let more = try folder.write("more.yaml", pool + "[192.0.2.0/28]}" + advertisement)
        let gain = try await Program.run("plan", "-f", more, "--against", old)
        #expect(gain.status == 0 && gain.output.contains("0 Services change"), "\(gain)")
        let other = try folder.write("other.yaml", pool + "[198.51.100.0/28]}" + advertisement)
        let slip = try await Program.run("plan", "-f", more, "--against", "clustr")
        #expect(slip.status == 1 && slip.errors.contains("did you mean `cluster`?") && slip.output.isEmpty, "\(slip)")
        let loss = try await Program.run("plan", "-f", other, "--against", old, "-o", "json")
        #expect(loss.status == 1, "\(loss)")
        #expect(loss.output.contains("\"change\": \"changes\"") && loss.output.contains("198.51.100.0"), "\(loss)")
    }

    @Test("An explanation ends with 0 where the chain is whole, with 1 where it is broken")
    func explain() async throws {
        let whole = try await Program.run(input: Self.manifests, "explain", "web", "-f", "-")
        #expect(whole.status == 0, "\(whole)")
        #expect(whole.output.contains("192.0.2.10") && whole.output.contains("n2 not announcing"), "\(whole)")
        let broken = try await Program.run(input: Self.manifests, "explain", "default/internal", "-f", "-")
        #expect(broken.status == 1, "\(broken)")
        #expect(broken.output.contains("ClusterIP") && broken.output.contains("What to do"), "\(broken)")
    }

    @Test("A plan in JSON says what the contract says") func planJSON() async throws {
        let result = try await Program.run(input: Self.manifests, "plan", "-f", "-", "-o", "json")
        #expect(result.status == 0, "\(result)")
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: [[String: Any]]])
        #expect(document.keys.sorted() == ["announcements", "assignments", "problems", "silent"])
        let assignment = try #require(document["assignments"]?.first)
        #expect(document["assignments"]?.count == 1)
        #expect(assignment["service"] as? String == "default/web")
        #expect(assignment["ips"] as? [String] == ["192.0.2.10"])
        #expect(assignment["pool"] as? String == "lan")
        #expect(assignment["state"] as? String == "assigned")
        #expect(assignment["reason"] is NSNull)
        let announcement = try #require(document["announcements"]?.first)
        #expect(announcement["protocol"] as? String == "layer2")
        #expect(announcement["interfaces"] is NSNull)
        let silence = try #require(document["silent"]?.first)
        #expect(silence["reason"] as? String == "NotElected")
        let nodes = [announcement["node"] as? String, silence["node"] as? String].compactMap { $0 }
        #expect(nodes.sorted() == ["n1", "n2"])
        #expect(document["problems"]?.isEmpty == true)
    }

    @Test("A plan is the same each time and in each format's first line", arguments: ["table", "wide", "json", "yaml"])
    func planFormats(format: String) async throws {
        let first = try await Program.run(input: Self.manifests, "plan", "-f", "-", "-o", format)
        let second = try await Program.run(input: Self.manifests, "plan", "-f", "-", "-o", format)
        #expect(first.output == second.output)
        #expect(first.output.contains("192.0.2.10"))
        #expect(!first.output.contains("\u{1B}"), "no colours off a terminal")
    }

    @Test("Problems are printed with file and line, and decide the exit status") func check() async throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "pool.yaml",
            """
            apiVersion: martlet.dev/v1beta1
            kind: IPAddressPool
            metadata:
              name: lan
            spec:
              adresses: []
              addresses:
              - 192.0.2.1
              - 10.0.0.9-10.0.0.1
            """)
        let result = try await Program.run("check", "-f", folder.path)
        #expect(result.status == 1)
        for word in ["pool.yaml:6", "addresses", "pool.yaml:8", "192.0.2.1/32", "pool.yaml:9", "ends before it begins"]
        {
            #expect(result.output.contains(word), "\(word): \(result)")
        }
        try folder.write("pool.yaml", "a: [")
        let broken = try await Program.run("check", "-f", folder.path)
        #expect(broken.status == 1)
        #expect(broken.output.contains("pool.yaml:"), "\(broken)")
    }

    @Test("Warnings alone are exit status 0, and 1 if that is asked for") func strict() async throws {
        let warning = """
            apiVersion: martlet.dev/v1beta1
            kind: IPAddressPool
            metadata: {name: lan}
            spec: {addresses: [192.0.2.9/24]}
            """
        let lenient = try await Program.run(input: warning, "check", "-f", "-")
        #expect(lenient.status == 0, "\(lenient)")
        #expect(lenient.output.contains("warning"))
        let strict = try await Program.run(input: warning, "check", "-f", "-", "--strict")
        #expect(strict.status == 1, "\(strict)")
    }

    @Test("An annotation of the old form is read, and said to be one") func legacyAnnotation() async throws {
        let service = """
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: old, namespace: default, annotations: {metallb.universe.tf/loadBalancerIPs: 192.0.2.11}}
            spec: {type: LoadBalancer, ports: [{port: 80}]}
            """
        let result = try await Program.run(input: Self.manifests + "\n" + service, "plan", "-f", "-")
        #expect(result.status == 0, "\(result)")
        for word in ["192.0.2.11", "warning", "Service/default/old", "metallb.universe.tf/loadBalancerIPs"] {
            #expect(result.output.contains(word), "\(word): \(result)")
        }
    }
}
