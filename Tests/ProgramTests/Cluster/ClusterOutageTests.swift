import Foundation
import TestAPIServer
import TestSupport
import Testing

/// Both programs, and an API server that goes, comes back, and comes back with an older state.
@Suite(.serialized) struct ClusterOutageTests {
    private static func lab() async throws -> ClusterLab {
        let lab = try await ClusterLab()
        try await lab.addPool("lan", "192.0.2.16/28")
        try await lab.server.apply([
            "apiVersion": "martlet.dev/v1beta1", "kind": "L2Advertisement",
            "metadata": ["name": "all", "namespace": "martlet-system"],
        ])
        return lab
    }

    /// The addresses that the speaker knows, by Service.
    private static func view(_ lab: ClusterLab) async throws -> [String: String] {
        let answer = try await lab.namespace.run("curl", "-s", "http://127.0.0.1:7472/v1/status")
        let status = try? JSON(Array(answer.output.utf8))
        var result: [String: String] = [:]
        for entry in status?["assignments"]?.array ?? [] {
            result[entry["service"]?.string ?? ""] = entry["ips"]?.strings.first
        }
        return result
    }

    /// How long it takes until it is so; `nil` if it is not within `limit`.
    private static func time(within limit: Duration, _ question: () async throws -> Bool) async throws -> Duration? {
        let begun = ContinuousClock.now
        return try await eventually(within: limit, question) ? ContinuousClock.now - begun : nil
    }

    @Test(
        "After an outage and with an empty watch cache → both programs have the new view within a second of the first answer",
        arguments: [3, 12])
    func restart(seconds: Int) async throws {
        let lab = try await Self.lab()
        let controller = try lab.startController()
        let speaker = try lab.startSpeaker()
        try await lab.addService("gone", ["loadBalancerIP": "192.0.2.20"])
        try await lab.addService("stays", ["loadBalancerIP": "192.0.2.21"])
        let isServed = try await eventually(within: .seconds(20)) {
            try await Self.view(lab) == ["default/gone": "192.0.2.20", "default/stays": "192.0.2.21"]
        }
        #expect(isServed, "\(speaker.errors) \(controller.errors)")
        await lab.server.stop()
        try await lab.server.delete(lab.path("gone"))
        try await lab.addService("new", ["loadBalancerIP": "192.0.2.22"])
        try await lab.server.patch(lab.path("stays") + "/status", ["metadata": ["labels": ["a": "b"]]])
        await lab.server.expire()
        // The longer, the more delays grow. After ten seconds the controller does not lead any more.
        try await Task.sleep(for: .seconds(seconds))
        // Written by another: so that the speaker's view does not wait for the controller.
        try await lab.server.patch(
            lab.path("stays") + "/status", ["status": ["loadBalancer": ["ingress": [["ip": "192.0.2.23"]]]]])
        try await lab.server.patch(lab.path("stays"), ["spec": ["loadBalancerIP": "192.0.2.23"]])
        await lab.server.expire()
        try await lab.server.start()
        async let assigned = Self.time(within: .seconds(10)) { await lab.addresses()["new"] != nil }
        let seen = try await Self.time(within: .seconds(10)) {
            let view = try await Self.view(lab)
            return view["default/gone"] == nil && view["default/stays"] == "192.0.2.23"
        }
        let given = try await assigned
        print("away \(seconds) s: speaker \(String(describing: seen)), controller \(String(describing: given))")
        #expect(seen ?? .seconds(99) <= .seconds(1.2), "\(String(describing: seen)) \(speaker.errors)")
        #expect(given ?? .seconds(99) <= .seconds(1.2), "\(String(describing: given)) \(controller.errors)")
        #expect(try await eventually(within: .seconds(3)) { try await lab.answers("192.0.2.22") }, "\(speaker.errors)")
        #expect(await lab.refused().isEmpty)
    }

    @Test(
        "etcd set back to a backup → the speaker announces what is there now, the controller begins from the statuses")
    func setBack() async throws {
        let lab = try await Self.lab()
        let controller = try lab.startController()
        let speaker = try lab.startSpeaker()
        try await lab.addService("kept", ["loadBalancerIP": "192.0.2.20"])
        try await lab.addService("back", ["loadBalancerIP": "192.0.2.21"])
        try await lab.addService("moved", ["loadBalancerIP": "192.0.2.22"])
        #expect(try await eventually(within: .seconds(20)) { try await Self.view(lab).count == 3 }, "\(speaker.errors)")
        let object = "/apis/martlet.dev/v1beta1/namespaces/martlet-system/speakers/n1"
        #expect(
            try await eventually(within: .seconds(20)) {
                await lab.server.object(object)?["status", "addressCount"]?.int == 3
            })
        await lab.server.remember()
        let past = await lab.addresses()

        // The future that is lost.
        try await lab.server.delete(lab.path("back"))
        try await lab.addService("lost", ["loadBalancerIP": "192.0.2.23"])
        try await lab.server.patch(lab.path("moved"), ["spec": ["loadBalancerIP": "192.0.2.24"]])
        try await lab.addService("more", ["loadBalancerIP": "192.0.2.25"])
        let isFuture = try await eventually(within: .seconds(20)) {
            try await Self.view(lab).values.sorted() == ["192.0.2.20", "192.0.2.23", "192.0.2.24", "192.0.2.25"]
        }
        #expect(isFuture, "\(speaker.errors)")
        #expect(
            try await eventually(within: .seconds(20)) {
                await lab.server.object(object)?["status", "addressCount"]?.int == 4
            })

        await lab.server.stop()
        await lab.server.setBack()
        try await Task.sleep(for: .seconds(2))
        try await lab.server.start()
        try await lab.addService("new")
        let took = try await Self.time(within: .seconds(40)) {
            let view = try await Self.view(lab)
            let addresses = await lab.addresses()
            return past.allSatisfy { view["default/\($0.key)"] == $0.value && addresses[$0.key] == $0.value }
                && view["default/new"] != nil && view.count == 4
        }
        print("set back: \(String(describing: took))")
        let view = try await Self.view(lab)
        #expect(took ?? .seconds(99) <= .seconds(20), "\(view) \(speaker.errors) \(controller.errors)")
        #expect(Set(await lab.addresses().values).count == 4)
        #expect(try await eventually(within: .seconds(5)) { try await lab.answers("192.0.2.21") }, "\(speaker.errors)")
        #expect(try await !lab.answers("192.0.2.25"), "it is of the lost future")
        for process in [speaker, controller] {
            #expect(process.errors.contains("went backwards"), "\(process.errors)")
        }
        for port in [7472, 7473] {
            let metrics = try await lab.namespace.run("curl", "-s", "http://127.0.0.1:\(port)/metrics")
            #expect(metrics.output.contains("\nmartlet_kubernetes_set_backs_total{"), "\(port)")
        }
        // What the speaker had written is written again.
        let isReported = try await eventually(within: .seconds(15)) {
            let addresses = await lab.server.object(object)?["status", "addresses"]?.array ?? []
            return addresses.compactMap { $0["ip"]?.string }.contains("192.0.2.21") && addresses.count == 4
        }
        let report = await lab.server.object(object)
        #expect(isReported, "\(String(describing: report))")
        #expect(await lab.refused().isEmpty)
    }

    @Test("At rest → the lease 30 times a minute, two reports of the speaker, one look for MetalLB's kinds")
    func rest() async throws {
        let lab = try await Self.lab()
        let controller = try lab.startController()
        let speaker = try lab.startSpeaker()
        try await lab.addService("web")
        #expect(try await eventually(within: .seconds(20)) { try await lab.answers("192.0.2.16") }, "\(speaker.errors)")
        // What is written after the start has been written.
        try await Task.sleep(for: .seconds(12))
        // The kernel looks after idle connections, at no cost in requests.
        let port = await lab.server.port
        let sockets = try await lab.namespace.run(
            "ss", "-tnoH", "state", "established", "dport", "=", ":\(port)")
        let lines = sockets.output.split(separator: "\n")
        let kept = lines.count { $0.contains("timer:(keepalive,") }
        // A request for the lease may be under way.
        #expect(lines.count >= 15 && kept >= lines.count - 2, "\(sockets)")
        await lab.server.forgetRequests()
        try await Task.sleep(for: .seconds(40))
        let requests = await lab.server.requests
        let leases = requests.count { $0.resource == "leases" }
        let looks = requests.count { $0.resource == "apis" }
        let reports = requests.count { $0.resource.hasPrefix("speakers") }
        let others = requests.filter {
            !["leases", "apis"].contains($0.resource) && !$0.resource.hasPrefix("speakers")
        }
        print(
            "at rest in 40 s: \(leases) for the lease, \(reports) reports, \(looks) looks for MetalLB, "
                + "\(others.count) others")
        #expect((17...21).contains(leases), "\(leases)")
        // Every 30 to 42 s.
        #expect(reports <= 2, "\(reports)")
        // One a process and minute at first, two minutes later, ten at last.
        #expect(looks <= 2, "\(looks)")
        #expect(others.isEmpty, "\(others.prefix(5)) \(controller.errors)")
    }

    @Test("MetalLB's kinds that come and go → they are read within a minute, and without them nothing breaks")
    func kinds() async throws {
        let lab = try await Self.lab()
        let controller = try lab.startController()
        #expect(try await eventually { controller.errors.contains("leading") }, "\(controller.errors)")
        try await Task.sleep(for: .seconds(2))
        let looked = await lab.server.requests.filter { $0.resource == "apis" }
        #expect(looked.map(\.path) == ["/apis/metallb.io"], "\(looked)")
        for (kind, plural) in [("IPAddressPool", "ipaddresspools"), ("BGPPeer", "bgppeers")] {
            try await lab.server.apply([
                "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "metadata": ["name": .string("\(plural).metallb.io")],
                "spec": [
                    "group": "metallb.io", "names": ["kind": .string(kind), "plural": .string(plural)],
                    "versions": kind == "BGPPeer" ? [["name": "v1beta1"], ["name": "v1beta2"]] : [["name": "v1beta1"]],
                ],
            ])
        }
        try await lab.addPool("old", "198.51.100.0/24", group: "metallb.io")
        try await lab.addService("a", ["loadBalancerIP": "198.51.100.9"])
        let took = try await Self.time(within: .seconds(75)) { await lab.addresses()["a"] == "198.51.100.9" }
        #expect(took != nil, "\(controller.errors)")
        let watched = await lab.server.requests.filter { $0.verb == "watch" && $0.path.contains("metallb.io") }
        #expect(
            Set(watched.map(\.path)) == [
                "/apis/metallb.io/v1beta1/ipaddresspools", "/apis/metallb.io/v1beta2/bgppeers",
            ])
        #expect(await lab.refused().isEmpty)
    }
}
