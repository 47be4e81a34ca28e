import ClusterConfiguration
import KubernetesModel
import Manifests
import Testing

/// What becomes of fields that are wrong, missing, unknown or odd.
@Suite struct DecodingTests {
    private static func pool(_ spec: String, metadata: String = "name: lan") -> String {
        "apiVersion: martlet.dev/v1beta1\nkind: IPAddressPool\nmetadata: {\(metadata)}\nspec: {\(spec)}\n"
    }

    private static func peer(_ spec: String) -> String {
        "apiVersion: martlet.dev/v1beta1\nkind: BGPPeer\nmetadata: {name: tor}\nspec: {\(spec)}\n"
    }

    private static func service(_ spec: String, metadata: String = "name: web") -> String {
        "apiVersion: v1\nkind: Service\nmetadata: {\(metadata)}\nspec: {\(spec)}\n"
    }

    private static let mistakes: [(text: String, field: String, part: String)] = [
        (pool("addresses: 192.0.2.0/24"), "spec.addresses", "must be a list, not the text \"192.0.2.0/24\""),
        (pool("addresses: {a: b}"), "spec.addresses", "must be a list, not a mapping"),
        (pool("addresses: [{a: b}]"), "spec.addresses[0]", "must be text, not a mapping"),
        (pool("addresses: [a, [b]]"), "spec.addresses[1]", "must be text, not a list"),
        (pool("addresses: [5]"), "spec.addresses[0]", "write \"5\" in quotes"),
        (pool("addresses: [192.0.2.0/24, ~]"), "spec.addresses[1]", "is empty"),
        (pool("addresses: [192.0.2.0/24], autoAssign: \"true\""), "spec.autoAssign", "true or false without quotes"),
        (pool("addresses: [192.0.2.0/24], autoAssign: maybe"), "spec.autoAssign", "true or false"),
        (pool("addresses: [192.0.2.0/24], autoAssign: 1"), "spec.autoAssign", "not the number 1"),
        (
            pool("addresses: [192.0.2.0/24], quotaPerNamespace: \"2\""), "spec.quotaPerNamespace",
            "digits without quotes"
        ),
        (pool("addresses: [192.0.2.0/24], quotaPerNamespace: 1.5"), "spec.quotaPerNamespace", "whole number"),
        (
            pool("addresses: [192.0.2.0/24], quotaPerNamespace: 99999999999999999999"), "spec.quotaPerNamespace",
            "whole number"
        ),
        (
            pool("addresses: [192.0.2.0/24], quotaPerNamespace: yes"), "spec.quotaPerNamespace",
            "not the truth value yes"
        ),
        (pool("addresses: [192.0.2.0/24], reuseAfter: 10"), "spec.reuseAfter", "not the number 10: write 10s"),
        (pool("addresses: [192.0.2.0/24]", metadata: "labels: {a: b}"), "metadata.name", "is required: add \"name\""),
        (pool("addresses: [192.0.2.0/24]", metadata: "name: \"\""), "metadata.name", "give the object a name"),
        (pool("addresses: [192.0.2.0/24]", metadata: "name: 7"), "metadata.name", "write \"7\" in quotes"),
        (pool("addresses: [192.0.2.0/24]", metadata: "name: on"), "metadata.name", "write \"on\" in quotes"),
        (
            pool("addresses: [192.0.2.0/24]", metadata: "name: a, labels: {v: 1.10}"), "metadata.labels.v",
            "write \"1.10\" in quotes"
        ),
        (
            pool("addresses: [192.0.2.0/24]", metadata: "name: a, labels: {x.y/z: true}"), "metadata.labels[x.y/z]",
            "in quotes"
        ),
        (
            pool("addresses: [192.0.2.0/24]", metadata: "name: a, labels: [a]"), "metadata.labels",
            "must be a mapping, not a list"
        ),
        ("apiVersion: martlet.dev/v1beta1\nkind: IPAddressPool\nspec: {addresses: []}\n", "metadata", "is required"),
        (
            "apiVersion: martlet.dev/v1beta1\nkind: IPAddressPool\nmetadata: lan\n", "metadata",
            "must be a mapping, not the text"
        ),
        (
            "apiVersion: martlet.dev/v1beta1\nkind: IPAddressPool\nmetadata: {name: a}\nspec: 5\n", "spec",
            "must be a mapping"
        ),
        (peer("myASN: AS64500"), "spec.myASN", "must be a whole number, not the text \"AS64500\""),
        (peer("holdTime: 90"), "spec.holdTime", "not the number 90: write 90s"),
        (
            peer("nodeSelectors: [{matchExpressions: [{operator: Exists}]}]"),
            "spec.nodeSelectors[0].matchExpressions[0].key", "is required"
        ),
        (peer("nodeSelectors: [rack-a]"), "spec.nodeSelectors[0]", "must be a mapping"),
        (service("ports: [{name: http}]"), "spec.ports[0].port", "is required"),
        (service("ports: [{port: http}]"), "spec.ports[0].port", "whole number"),
        (service("clusterIPs: 10.0.0.1"), "spec.clusterIPs", "must be a list"),
    ]

    @Test(
        "A mistake is named with object, field, line and remedy, and the object is left out",
        arguments: DecodingTests.mistakes.indices)
    func mistake(row: Int) throws {
        let (text, field, part) = DecodingTests.mistakes[row]
        let reading = ManifestReading(text)
        let errors = reading.problems.filter { $0.severity == .error }
        #expect(errors.map(\.field) == [field], "\(reading.lines)")
        #expect(errors.first?.message.contains(part) == true, "\(reading.lines)")
        #expect(errors.first?.location?.file == "a.yaml")
        #expect(reading.state.pools.isEmpty && reading.state.peers.isEmpty && reading.state.services.isEmpty)
        // Where the object can be named, it is known that nothing else is wrong.
        #expect(reading.isComplete == (errors.first?.object != nil))
        if let object = errors.first?.object { #expect(reading.state.leftOut == [object]) }
    }

    @Test("Every mistake of an object is found at once, in the order of the lines")
    func allAtOnce() {
        let reading = ManifestReading(
            """
            apiVersion: martlet.dev/v1beta1
            kind: BGPPeer
            metadata:
              name: tor
              labels: {a: 1}
            spec:
              myASN: "64500"
              peerAdress: 192.0.2.1
              holdTime: 90
              nodeSelectors:
                - matchLabels: {zone: 1}
                - matchExpressions: [{key: a, operator: In, values: b}]
            """)
        #expect(
            reading.problems.map { "\($0.location?.line ?? 0) \($0.severity) \($0.field ?? "")" } == [
                "5 error metadata.labels.a", "7 error spec.myASN", "8 warning spec.peerAdress", "9 error spec.holdTime",
                "11 error spec.nodeSelectors[0].matchLabels.zone",
                "12 error spec.nodeSelectors[1].matchExpressions[0].values",
            ], "\(reading.lines)")
        #expect(reading.problems.allSatisfy { $0.object?.description == "BGPPeer/tor" })
    }

    @Test("A secret value never gets into a message")
    func secrets() {
        let texts = [
            DecodingTests.peer("password: 12345678"), DecodingTests.peer("password: [hush8]"),
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {password: 12345678}\n",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: true, x: {y: 12345678}}\n",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: 12345678\n",
        ]
        for text in texts {
            let reading = ManifestReading(text)
            #expect(reading.problems.contains { $0.severity == .error })
            for line in reading.lines { #expect(!line.contains("12345678") && !line.contains("hush8"), "\(line)") }
        }
    }

    // MARK: - Unknown fields

    @Test(
        "An unknown field is a warning that names the nearest known one",
        arguments: [
            (pool("addresses: [192.0.2.0/24], autoassign: false"), "spec.autoassign", "did you mean \"autoAssign\"?"),
            (pool("addresses: [192.0.2.0/24], avoidBugyIPs: true"), "spec.avoidBugyIPs", "\"avoidBuggyIPs\""),
            (pool("addresses: [192.0.2.0/24], protocol: layer2"), "spec.protocol", "remove it"),
            (
                pool("addresses: [192.0.2.0/24], serviceAllocation: {namespace: [a]}"),
                "spec.serviceAllocation.namespace", "\"namespaces\""
            ),
            (pool("addresses: [192.0.2.0/24]", metadata: "name: a, lables: {a: b}"), "metadata.lables", "\"labels\""),
            (
                peer("myASN: 1, nodeSelectors: [{matchLabel: {a: b}}]"), "spec.nodeSelectors[0].matchLabel",
                "\"matchLabels\""
            ),
            (service("type: LoadBalancer, loadbalancerIP: 192.0.2.1"), "spec.loadbalancerIP", "\"loadBalancerIP\""),
            (service("loadBalancerSourceRange: []"), "spec.loadBalancerSourceRange", "\"loadBalancerSourceRanges\""),
            (service("ports: [{port: 80, nodeport: 30000}]"), "spec.ports[0].nodeport", "\"nodePort\""),
            (
                service("type: LoadBalancer", metadata: "name: a, annotation: {a: b}"), "metadata.annotation",
                "\"annotations\""
            ),
        ])
    func unknownField(text: String, field: String, part: String) throws {
        let reading = ManifestReading(text)
        let warning = try #require(reading.problems.first)
        #expect(reading.problems.count == 1, "\(reading.lines)")
        #expect(warning.severity == .warning)
        #expect(warning.field == field)
        #expect(warning.message.contains(part), "\(warning)")
        #expect(warning.location?.line == (field.hasPrefix("metadata") ? 3 : 4))
    }

    @Test("What Kubernetes writes into objects is no mistake")
    func fullObjects() {
        let reading = ManifestReading(
            """
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              creationTimestamp: 2026-01-01T00:00:00Z
              generation: 3
              finalizers: [service.kubernetes.io/load-balancer-cleanup]
              managedFields: [{manager: kubectl, fieldsV1: {"f:spec": {}}}]
              ownerReferences: [{apiVersion: v1, kind: X, name: y, uid: z}]
            spec:
              allocateLoadBalancerNodePorts: true
              clusterIP: 10.96.0.7
              clusterIPs: [10.96.0.7]
              externalIPs: [192.0.2.9]
              internalTrafficPolicy: Cluster
              ipFamilies: [IPv4]
              ipFamilyPolicy: SingleStack
              healthCheckNodePort: 30000
              publishNotReadyAddresses: false
              sessionAffinity: None
              sessionAffinityConfig: {clientIP: {timeoutSeconds: 10}}
              trafficDistribution: PreferClose
              x-new-field-of-kubernetes: 7
              ports: [{name: http, port: 80, targetPort: 8080, nodePort: 30080, protocol: TCP, appProtocol: http}]
            status: {loadBalancer: {ingress: [{ip: 192.0.2.1, ipMode: VIP, ports: []}]}, conditions: []}
            ---
            apiVersion: v1
            kind: Node
            metadata: {name: n1, labels: {kubernetes.io/hostname: n1}}
            spec: {podCIDR: 10.0.0.0/24, podCIDRs: [10.0.0.0/24], providerID: x, taints: [{key: a, effect: NoSchedule}], unschedulable: true}
            status:
              capacity: {cpu: 2}
              nodeInfo: {kernelVersion: 6.18.0}
              conditions: [{type: Ready, status: "True", reason: x, message: y, lastHeartbeatTime: 2026-01-01T00:00:00Z}]
              addresses: [{type: InternalIP, address: 10.0.0.1}]
            ---
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            spec: {finalizers: [kubernetes]}
            status: {phase: Active}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: web-abc, labels: {kubernetes.io/service-name: web}}
            addressType: IPv4
            ports: [{port: 80}]
            endpoints: [{addresses: [10.0.0.5], conditions: {ready: true}, nodeName: n1, zone: a, hints: {}, targetRef: {kind: Pod}}]
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: s}
            immutable: true
            type: kubernetes.io/basic-auth
            stringData: {password: hush}
            ---
            apiVersion: metallb.io/v1beta1
            kind: IPAddressPool
            metadata: {name: lan, namespace: metallb-system, generation: 1, managedFields: []}
            spec: {addresses: [192.0.2.0/24]}
            status: {assignedIPv4: 3}
            """)
        #expect(reading.problems.isEmpty, "\(reading.lines)")
        #expect(reading.state.services.first?.metadata.creationTimestamp == "2026-01-01T00:00:00Z")
        #expect(reading.state.nodes.first?.spec?.unschedulable == true)
        #expect(reading.state.endpointSlices.first?.serviceName == NamespacedName(namespace: "default", name: "web"))
    }

    @Test("Truth values, numbers and absences are read as Kubernetes reads them")
    func scalars() throws {
        let reading = ManifestReading(
            """
            apiVersion: martlet.dev/v1beta1
            kind: IPAddressPool
            metadata: {name: lan, labels: {a: !!str 1, b: , c: y, d: 64500:3}}
            spec: {addresses: [192.0.2.0/24], autoAssign: off, avoidBuggyIPs: Yes, quotaPerNamespace: 0x10, reuseAfter: }
            ---
            apiVersion: martlet.dev/v1beta1
            kind: BGPAdvertisement
            metadata: {name: adv}
            spec: {communities: [64500:3, 1:20:30, "64500:4"], aggregationLength: 32.0, localPref: 1e2}
            """)
        #expect(reading.problems.isEmpty, "\(reading.lines)")
        let pool = try #require(reading.state.pools.first)
        #expect(pool.metadata.labels == ["a": "1", "b": "", "c": "y", "d": "64500:3"])
        #expect(pool.spec?.autoAssign == false)
        #expect(pool.spec?.avoidBuggyIPs == true)
        #expect(pool.spec?.quotaPerNamespace == 16)
        #expect(pool.spec?.reuseAfter == nil)
        let spec = try #require(reading.state.bgpAdvertisements.first?.spec)
        #expect(spec.communities == ["64500:3", "1:20:30", "64500:4"])
        #expect(spec.aggregationLength == 32)
        #expect(spec.localPref == 100)
    }

    @Test("Fields are located for messages to come")
    func locations() throws {
        let reading = ManifestReading(
            """
            # A comment.
            apiVersion: martlet.dev/v1beta1
            kind: IPAddressPool
            metadata:
              name: lan
            spec:
              addresses:
                - 192.0.2.0/25

                - 192.0.2.128/25
            """)
        let object = ObjectReference(try #require(reading.state.pools.first))
        let locations = reading.state.locations
        #expect(locations.location(of: "spec.addresses[1]", in: object)?.line == 10)
        #expect(locations.location(of: "spec.addresses", in: object)?.line == 7)
        #expect(locations.location(of: "spec.sharing", in: object)?.line == 6)
        #expect(locations.location(of: nil, in: object)?.line == 2)
    }
}
