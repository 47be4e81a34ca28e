import ClusterConfiguration
import KubernetesModel
import Manifests
import Testing

/// Slips that Kubernetes would reject or drop without a word.
@Suite struct ServiceSlipTests {
    private static let head = "apiVersion: v1\nkind: Service\nmetadata: {name: t}\n"

    /// What stands in a Service after its head, the field that is named, and a part of what is said.
    private static let rows: [(text: String, field: String, part: String)] = [
        ("spec: {type: Loadbalancer, ports: [{port: 80}]}", "spec.type", "did you mean \"LoadBalancer\"?"),
        ("spec: {type: Balancer, ports: [{port: 80}]}", "spec.type", "write ClusterIP, NodePort, LoadBalancer or"),
        (
            "spec: {externalTrafficPolicy: local, ports: [{port: 80}]}", "spec.externalTrafficPolicy",
            "did you mean \"Local\"?"
        ),
        (
            "spec: {ipFamilyPolicy: DualStack, ports: [{port: 80}]}", "spec.ipFamilyPolicy",
            "write SingleStack, PreferDualStack or RequireDualStack"
        ),
        ("spec: {ipFamilies: [IPv4, ipv6]}", "spec.ipFamilies[1]", "did you mean \"IPv6\"?"),
        ("spec: {ports: [{port: 53, protocol: udp}]}", "spec.ports[0].protocol", "did you mean \"UDP\"?"),
        ("spec: {ports: [{port: 80}, {port: 70000}]}", "spec.ports[1].port", "70000 is not a port"),
        ("spec: {ports: [{port: 0}]}", "spec.ports[0].port", "0 is not a port"),
        ("spec: {ports: [{port: 80, nodePort: 65536}]}", "spec.ports[0].nodePort", "65536 is not a port"),
        ("spec: {type: LoadBalancer, ports: []}", "spec.ports", "needs a port"),
        ("spec: {ports: [{port: \"80\"}]}", "spec.ports[0].port", "digits without quotes"),
        ("spec: {loadBalancerIPs: [192.0.2.1]}", "spec.loadBalancerIPs", "did you mean \"loadBalancerIP\"?"),
        ("spec: {loadbalancerIP: 192.0.2.1}", "spec.loadbalancerIP", "did you mean \"loadBalancerIP\"?"),
        (
            "spec: {externalTrafficpolicy: Local}", "spec.externalTrafficpolicy",
            "did you mean \"externalTrafficPolicy\"?"
        ),
        ("annotations: {a: b}\nspec: {}", "annotations", "did you mean \"metadata.annotations\"?"),
        ("labels: {a: b}\nspec: {}", "labels", "did you mean \"metadata.labels\"?"),
        ("type: LoadBalancer\nspec: {}", "type", "did you mean \"spec.type\"?"),
        ("ports: []\nspec: {}", "ports", "did you mean \"spec.ports\"?"),
        ("loadBalancerIP: 192.0.2.1\nspec: {}", "loadBalancerIP", "did you mean \"spec.loadBalancerIP\"?"),
        (
            "allocateLoadBalancerNodePorts: false\nspec: {}", "allocateLoadBalancerNodePorts",
            "did you mean \"spec.allocate"
        ),
        ("Spec: {}", "Spec", "did you mean \"spec\"?"),
        ("other: {}", "other", "remove it"),
    ]

    @Test("A slip in a Service → it is named, with its line and the remedy", arguments: rows.indices)
    func slip(row: Int) throws {
        let (text, field, part) = ServiceSlipTests.rows[row]
        let reading = ManifestReading(ServiceSlipTests.head + text)
        let problem = try #require(reading.problems.first { $0.field == field }, "\(reading.lines)")
        #expect(problem.message.contains(part), "\(problem)")
        #expect(problem.severity == .warning || text.contains("\"80\""))
        #expect(problem.location?.line == 4)
        #expect(reading.problems.count == 1, "\(reading.lines)")
    }

    @Test("Slips in metadata → the right names")
    func metadata() {
        let reading = ManifestReading(
            "apiVersion: v1\nkind: Service\nmetadata: {name: t, annotation: {a: b}, Labels: {c: d}}\nspec: {}")
        #expect(reading.lines.contains { $0.contains("metadata.annotation: ") && $0.contains("\"annotations\"") })
        #expect(reading.lines.contains { $0.contains("metadata.Labels: ") && $0.contains("\"labels\"") })
    }

    @Test(
        "What Kubernetes writes is no slip",
        arguments: [
            "spec: {type: LoadBalancer, ports: [{port: 65535, protocol: SCTP, nodePort: 30000}]}",
            "spec: {type: ExternalName, externalName: example.com}", "spec: {type: \"\", externalTrafficPolicy: \"\"}",
            "spec: {ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6, IPv4]}\nstatus: {loadBalancer: {}}", "",
        ])
    func right(text: String) {
        let reading = ManifestReading(ServiceSlipTests.head + text)
        #expect(reading.problems.isEmpty, "\(reading.lines)")
    }

    // MARK: - Durations

    @Test(
        "A duration without its unit → the remedy works",
        arguments: [
            ("holdTime: 90", "write 90s"), ("holdTime: \"90\"", "write 90s"), ("keepaliveTime: 1.5", "write 1.5s"),
            ("connectTime: 10", "write 10s"), ("holdTime: 0", "write 0s"),
        ])
    func duration(field: String, remedy: String) throws {
        func problems(_ field: String) -> [String] {
            let reading = ManifestReading(
                "apiVersion: martlet.dev/v1beta1\nkind: BGPPeer\nmetadata: {name: a}\n"
                    + "spec: {myASN: 1, peerASN: 2, peerAddress: 192.0.2.1, \(field)}")
            let made = Configuration.make(from: reading.state)
            return (reading.problems + made.problems).filter { $0.severity == .error }.map(\.description)
        }
        let found = problems(field)
        #expect(found.count == 1 && found[0].contains(remedy), "\(found)")
        let name = field.prefix { $0 != ":" }
        #expect(
            problems("\(name): \(remedy.dropFirst(6)), holdTime: 30s".replacing("holdTime: 90s, ", with: "")).isEmpty
                || name == "holdTime" && problems("\(name): \(remedy.dropFirst(6))").isEmpty)
    }

    // MARK: - ConfigMaps of other announcers

    @Test(
        "The ConfigMap of another announcer → an error that says what to write",
        arguments: [
            (
                "config", "data: {config: \"peers:\\n- {peer-address: 192.0.2.1}\"}",
                "IPAddressPool for each of its address-pools"
            ),
            ("any", "data:\n  config: |\n    address-pools:\n    - name: default", "MetalLB before 0.13"),
            ("kubevip", "data: {range-shop: 192.0.2.1-192.0.2.9}", "kube-vip's cloud provider"),
            ("other", "data: {cidr-global: 192.0.2.0/24}", "IPAddressPool with the addresses"),
        ])
    func configMap(name: String, data: String, part: String) {
        let reading = ManifestReading("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \(name)}\n\(data)")
        #expect(reading.problems.count == 1 && reading.problems[0].severity == .error, "\(reading.lines)")
        #expect(reading.lines[0].contains(part), "\(reading.lines)")
        #expect(reading.isComplete)
    }

    @Test("Any other ConfigMap → a note", arguments: ["data: {config: \"a: b\"}", "data: {range: x}", ""])
    func otherConfigMap(data: String) {
        let reading = ManifestReading("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\n\(data)")
        #expect(reading.problems.map(\.severity) == [.note], "\(reading.lines)")
    }
}
