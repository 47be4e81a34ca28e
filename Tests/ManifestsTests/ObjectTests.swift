import ClusterConfiguration
import KubernetesModel
import Manifests
import Testing

/// Which objects are read, and what becomes of the others.
@Suite struct ObjectTests {
    private static func object(_ version: String, _ kind: String, _ name: String = "a", _ rest: String = "") -> String {
        "---\napiVersion: \(version)\nkind: \(kind)\nmetadata: {name: \(name)}\n\(rest)\n"
    }

    @Test(
        "What is not read says so, as loudly as it matters",
        arguments: [
            ("apps/v1", "Deployment", Problem.Severity.note, "does not concern Martlet"),
            ("v1", "ConfigMap", .note, "does not concern Martlet"),
            ("v1", "Endpoints", .note, "EndpointSlice"), ("metallb.io/v1beta1", "ServiceL2Status", .note, "own status"),
            ("metallb.io/v1beta1", "Frobnicator", .note, "unknown and ignored"),
            ("projectcalico.org/v3", "BGPPeer", .note, "does not concern Martlet"),
            ("serving.knative.dev/v1", "Service", .note, "does not concern Martlet"),
            ("metallb.io/v1beta1", "IPAdressPool", .warning, "did you mean IPAddressPool?"),
            ("martlet.dev/v1beta1", "BGPPeers", .warning, "did you mean BGPPeer?"),
            ("v1", "service", .warning, "did you mean Service?"),
            ("metalb.io/v1beta1", "BGPPeer", .warning, "did you mean metallb.io?"),
            ("martlet.dev/v1", "IPAddressPool", .error, "write martlet.dev/v1beta1"),
            ("martlet.dev/v1beta2", "BGPPeer", .error, "write martlet.dev/v1beta1"),
            ("metallb.io/v1alpha1", "BGPPeer", .error, "write metallb.io/v1beta2 or metallb.io/v1beta1"),
            ("metallb.io/v1beta2", "IPAddressPool", .error, "write metallb.io/v1beta1"),
            ("metallb.io/v1beta1", "AddressPool", .error, "write an IPAddressPool"),
            ("v2", "Service", .error, "write v1"),
            ("discovery.k8s.io/v1beta1", "EndpointSlice", .error, "write discovery.k8s.io/v1"),
        ])
    func notRead(version: String, kind: String, severity: Problem.Severity, part: String) throws {
        let reading = ManifestReading(ObjectTests.object(version, kind))
        let problem = try #require(reading.problems.first)
        #expect(reading.problems.count == 1, "\(reading.lines)")
        #expect(problem.severity == severity)
        #expect(problem.message.contains(part), "\(problem)")
        #expect(problem.object?.description == "\(kind)/a")
        #expect(problem.location?.line == 2)
        #expect(reading.isComplete)
    }

    @Test("A kind that is not read has one note, however many objects")
    func oneNote() {
        let reading = ManifestReading((1...50).map { ObjectTests.object("apps/v1", "Deployment", "d\($0)") }.joined())
        #expect(reading.problems.count == 1)
        #expect(reading.lines.first?.contains("and 49 more") == true)
    }

    @Test(
        "What is no object says what is missing",
        arguments: [
            ("hello", "must be an object", 1), ("[1]", "must be an object", 1), ("- a\n- b", "must be an object", 1),
            ("a: 1", "add apiVersion and kind", 1),
            ("kind: Service", "add apiVersion", 1), ("apiVersion: v1", "add kind", 1),
            ("apiVersion: v1\nkind: List\nitems: {a: b}", "must be a list", 3),
            ("apiVersion: v1\nkind: List\nitems: [a]", "must be an object", 3),
            ("apiVersion: v1\nkind: List\nitems:\n- a: 1", "add apiVersion and kind", 4),
            ("apiVersion: v1\nkind: {}", "add kind", 1),
        ])
    func noObject(text: String, part: String, line: Int) throws {
        let reading = ManifestReading(text)
        let problem = try #require(reading.problems.first)
        #expect(problem.message.contains(part), "\(problem)")
        #expect(problem.location?.line == line, "\(problem)")
        // Nobody knows what it was meant to be, so nothing may be taken away on its account.
        #expect(!reading.isComplete)
    }

    @Test("Lists hold objects, which need not repeat what the list says")
    func lists() {
        let reading = ManifestReading(
            """
            apiVersion: v1
            kind: List
            items:
            - {apiVersion: v1, kind: Namespace, metadata: {name: a}}
            - apiVersion: metallb.io/v1beta1
              kind: IPAddressPoolList
              metadata: {resourceVersion: "7"}
              items:
              - {metadata: {name: lan}, spec: {addresses: [192.0.2.0/24]}}
            - {apiVersion: v1, kind: List}
            - {apiVersion: v1, kind: List, items: }
            ---
            apiVersion: v1
            kind: ServiceList
            items: [{metadata: {name: web}}, {metadata: {name: api}}]
            """)
        #expect(reading.problems.isEmpty, "\(reading.lines)")
        #expect(reading.state.namespaces.map(\.metadata.name) == ["a"])
        #expect(reading.state.pools.map(\.metadata.name) == ["lan"])
        #expect(reading.state.services.map(\.name.description) == ["default/web", "default/api"])
    }

    @Test("Objects keep the order of the files")
    func order() {
        let reading = ManifestReader.read([
            ManifestFile(
                name: "b", text: ObjectTests.object("v1", "Service", "z") + ObjectTests.object("v1", "Service", "y")),
            ManifestFile(name: "a", text: ObjectTests.object("v1", "Service", "x")),
        ])
        #expect(reading.state.services.map(\.metadata.name) == ["z", "y", "x"])
    }

    @Test("Of two objects with one name the first stays, and both places are named")
    func twice() throws {
        let reading = ManifestReader.read([
            ManifestFile(
                name: "one.yaml", text: ObjectTests.object("v1", "Service", "web", "spec: {type: LoadBalancer}")),
            ManifestFile(
                name: "two.yaml", text: "\n\n" + ObjectTests.object("v1", "Service", "web", "spec: {type: ClusterIP}")),
            ManifestFile(
                name: "three.yaml", text: "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: default}\n"),
            ManifestFile(
                name: "four.yaml", text: "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: other}\n"),
        ])
        #expect(reading.state.services.map(\.spec?.type) == ["LoadBalancer", nil])
        try #require(reading.problems.count == 2, "\(reading.lines)")
        #expect(reading.lines[0].hasPrefix("error: two.yaml:4: Service/default/web"), "\(reading.lines)")
        #expect(reading.lines[0].contains("one.yaml:2"))
    }

    @Test("An object in both API groups: Martlet's counts, wherever it stands", arguments: [true, false])
    func bothGroups(isMartletFirst: Bool) throws {
        let ours = ObjectTests.object(
            "martlet.dev/v1beta1", "IPAddressPool", "lan", "spec: {addresses: [192.0.2.0/24]}")
        let theirs = ObjectTests.object(
            "metallb.io/v1beta1", "IPAddressPool", "lan", "spec: {addresses: [198.51.100.0/24]}")
        let reading = ManifestReading(isMartletFirst ? ours + theirs : theirs + ours)
        #expect(reading.state.pools.map(\.spec?.addresses) == [["192.0.2.0/24"]])
        let problem = try #require(reading.problems.first)
        #expect(problem.severity == .warning)
        #expect(problem.message.contains("martlet.dev"), "\(problem)")
    }

    @Test(
        "A name that Kubernetes would reject is a warning",
        arguments: ["Web", "a_b", "-a", "a-", "a..b", "a b", "ä", String(repeating: "a", count: 254)])
    func names(name: String) {
        let reading = ManifestReading(ObjectTests.object("v1", "Service", "\"\(name)\""))
        #expect(reading.problems.map(\.severity) == [.warning], "\(reading.lines)")
        #expect(reading.problems.map(\.field) == ["metadata.name"])
        #expect(reading.state.services.count == 1)
    }

    @Test("An object that is left out can be brought back as it last was")
    func restore() {
        let good = ManifestReading(
            ObjectTests.object("v1", "Service", "web", "spec: {type: LoadBalancer}")
                + ObjectTests.object("v1", "Service", "api"))
        var broken = ManifestReading(
            ObjectTests.object("v1", "Service", "web", "spec: {type: [LoadBalancer]}")
                + ObjectTests.object("v1", "Service", "new"))
        #expect(broken.state.services.map(\.metadata.name) == ["new"])
        #expect(broken.state.restoreLeftOut(from: good.state).map(\.description) == ["Service/default/web"])
        // "api" was removed, "web" was not.
        #expect(broken.state.services.map(\.metadata.name) == ["new", "web"])
        #expect(broken.state.services.last?.spec?.type == "LoadBalancer")
    }
}
