import Foundation
import TestAPIServer
import TestSupport
import Testing

@Suite(.serialized) struct ClusterControllerTests {
    @Test("A thousand Services at once: an address each, at most 1.2 writes each, and none at a restart")
    func thousand() async throws {
        let lab = try await ClusterLab()
        try await lab.addPool("big", "198.18.0.0/20")
        var controller = try lab.startController()
        for index in 0..<1000 { try await lab.addService("s\(index)") }
        #expect(
            try await eventually(within: .seconds(60)) { await lab.addresses().count == 1000 }, "\(controller.errors)")
        #expect(Set(await lab.addresses().values).count == 1000)
        // The counts of the pool follow.
        #expect(
            try await eventually {
                let pool = await lab.server.object(
                    "/apis/martlet.dev/v1beta1/namespaces/martlet-system/ipaddresspools/big")
                return pool?["status", "assignedIPv4"]?.int == 1000
            })
        let writes = await lab.server.requests.filter { $0.isWrite && !$0.resource.hasPrefix("leases") }
        #expect(writes.count <= 1200, "\(writes.count) writes for 1,000 Services")
        #expect(await lab.refused().isEmpty)
        controller.stop(grace: .seconds(10))

        await lab.server.forgetRequests()
        controller = try lab.startController()
        #expect(
            try await eventually {
                await lab.server.requests.contains { $0.verb == "watch" && $0.resource == "services" }
            })
        try await Task.sleep(for: .seconds(4))
        let again = await lab.server.requests.filter { $0.isWrite && !$0.resource.hasPrefix("leases") }
        #expect(again.isEmpty, "\(again.prefix(5))")

        // Edited and deleted: what is free is given again, and nobody else is touched.
        for index in 0..<500 { try await lab.server.delete(lab.path("s\(index)")) }
        try await lab.addService("new", ["loadBalancerIP": "198.18.0.7"])
        #expect(try await eventually { await lab.addresses()["new"] == "198.18.0.7" })
    }

    @Test("One leads; another takes over at once when it ends, and after the lease when it is killed")
    func leaders() async throws {
        let lab = try await ClusterLab()
        try await lab.addPool("lan", "192.0.2.16/28")
        let first = try lab.startController(port: 7473)
        #expect(try await eventually { first.errors.contains("leading") }, "\(first.errors)")
        let second = try lab.startController(port: 7474)
        #expect(try await eventually { second.errors.contains("following") })
        try await lab.addService("a")
        #expect(try await eventually { await lab.addresses().count == 1 })
        #expect(!second.errors.contains("leading"))
        first.stop(grace: .seconds(10))
        #expect(try await eventually(within: .seconds(5)) { second.errors.contains("leading") }, "\(second.errors)")
        try await lab.addService("b")
        #expect(try await eventually { await lab.addresses().count == 2 })

        let third = try lab.startController(port: 7475)
        #expect(try await eventually { third.errors.contains("following") })
        second.kill()
        try await lab.addService("c")
        #expect(try await eventually(within: .seconds(25)) { await lab.addresses().count == 3 }, "\(third.errors)")
        #expect(Set(await lab.addresses().values).count == 3)
        #expect(await lab.refused().isEmpty)
    }

    @Test("Killed when a write was done and not answered: the next leader finds it, and finishes the rest")
    func killed() async throws {
        let lab = try await ClusterLab()
        try await lab.addPool("lan", "192.0.2.16/28")
        for index in 0..<8 { try await lab.addService("s\(index)") }
        await lab.server.misbehave(Fault(.cutAfterwards, verb: "patch", resource: "services/status", count: 4))
        await lab.server.misbehave(Fault(.hang, verb: "patch", resource: "services/status", count: 100))
        let first = try lab.startController(port: 7473)
        #expect(try await eventually { await lab.addresses().count == 4 }, "\(first.errors)")
        first.kill()
        await lab.server.behave()
        let before = await lab.addresses()
        let second = try lab.startController(port: 7474)
        #expect(try await eventually(within: .seconds(25)) { await lab.addresses().count == 8 }, "\(second.errors)")
        let after = await lab.addresses()
        #expect(Set(after.values).count == 8)
        for (service, address) in before { #expect(after[service] == address) }
    }

    @Test("An API server in trouble: cut watches, 410, 429, 500, a pause; nothing is missed")
    func trouble() async throws {
        let lab = try await ClusterLab()
        try await lab.addPool("lan", "192.0.2.16/28")
        let controller = try lab.startController()
        try await lab.addService("a")
        #expect(try await eventually { await lab.addresses().count == 1 }, "\(controller.errors)")
        await lab.server.cutConnections()
        try await lab.addService("b")
        #expect(try await eventually(within: .seconds(15)) { await lab.addresses().count == 2 }, "\(controller.errors)")
        // What happened is forgotten before the watches are back.
        await lab.server.stop()
        try await lab.addService("c")
        try await lab.server.delete(lab.path("a"))
        await lab.server.expire()
        try await lab.server.start()
        #expect(
            try await eventually(within: .seconds(30)) { await Set(lab.addresses().keys) == ["b", "c"] },
            "\(controller.errors)")
        // A server that lags behind lists what was before: nothing is taken for gone, and no address given twice.
        await lab.server.remember()
        try await lab.addService("lagging")
        #expect(
            try await eventually(within: .seconds(15)) { await lab.addresses()["lagging"] != nil },
            "\(controller.errors)")
        let before = await lab.addresses()
        await lab.server.misbehave(Fault(.stale, verb: "list", resource: "services", count: 3))
        await lab.server.cutConnections()
        await lab.server.expire()
        try await lab.addService("later")
        #expect(
            try await eventually(within: .seconds(40)) { await lab.addresses()["later"] != nil }, "\(controller.errors)"
        )
        let after = await lab.addresses()
        #expect(before.allSatisfy { after[$0.key] == $0.value } && Set(after.values).count == after.count)
        try await lab.server.delete(lab.path("lagging"))
        try await lab.server.delete(lab.path("later"))
        await lab.server.misbehave(
            Fault(.answer(429, retryAfter: 1), verb: "patch", resource: "services/status", count: 2))
        await lab.server.misbehave(
            Fault(.answer(500, retryAfter: nil), verb: "patch", resource: "services/status", count: 2))
        try await lab.addService("d", ["loadBalancerIP": "192.0.2.16"])
        // The address of the Service that was deleted while nobody listened is free.
        #expect(
            try await eventually(within: .seconds(20)) { await lab.addresses()["d"] == "192.0.2.16" },
            "\(controller.errors)")
        #expect(Set(await lab.addresses().values).count == 3)
    }

    @Test("Every type of Service and every change between them; other classes are not touched; both groups are read")
    func types() async throws {
        let lab = try await ClusterLab()
        try await lab.addPool("lan", "192.0.2.16/28")
        let controller = try lab.startController()
        let types: [(String, JSON)] = [
            ("headless", ["type": "ClusterIP", "clusterIP": "None"]), ("cluster", ["type": "ClusterIP"]),
            ("nodeport", ["type": "NodePort"]), ("external", ["type": "ExternalName", "externalName": "a.example"]),
            ("other", ["loadBalancerClass": "example.com/other", "loadBalancerIP": "192.0.2.16"]),
        ]
        for (name, spec) in types { try await lab.addService(name, spec) }
        try await lab.addService("web")
        #expect(try await eventually { await lab.addresses() == ["web": "192.0.2.16"] }, "\(controller.errors)")
        for (name, _) in types.dropLast() {
            try await lab.server.patch(lab.path(name), ["spec": ["type": "LoadBalancer", "clusterIP": nil]])
        }
        #expect(try await eventually { await lab.addresses().count == 5 })
        #expect(await lab.addresses()["other"] == nil)
        try await lab.server.patch(lab.path("web"), ["spec": ["type": "NodePort"]])
        #expect(
            try await eventually {
                let web = await lab.server.object(lab.path("web"))
                return web?["metadata", "annotations"]?.object?.isEmpty ?? true
                    && web?["status", "conditions"]?.array?.isEmpty ?? true
            }, "\(controller.errors)")
        try await lab.addService("heir", ["loadBalancerIP": "192.0.2.16"])
        #expect(try await eventually { await lab.addresses()["heir"] == "192.0.2.16" })
        let status = try await lab.namespace.run("curl", "-s", "http://127.0.0.1:7473/v1/status")
        #expect(status.output.contains("\"role\": \"controller\"") && status.output.contains("this process"))
        let chain = try await lab.namespace.run(
            Program.path, "explain", "default/heir", "--server", "http://127.0.0.1:7473")
        #expect(chain.succeeded && chain.output.contains("192.0.2.16"), "\(chain)")
        #expect(await lab.refused().isEmpty)
    }

    @Test("A Service with a finalizer keeps its address while it is being deleted, and loses it when it is gone")
    func finalizers() async throws {
        let lab = try await ClusterLab()
        try await lab.addPool("lan", "192.0.2.16/32")
        let controller = try lab.startController()
        try await lab.addService("web")
        #expect(try await eventually { await lab.addresses()["web"] == "192.0.2.16" }, "\(controller.errors)")
        try await lab.server.patch(lab.path("web"), ["metadata": ["finalizers": ["example.com/wait"]]])
        try await lab.server.delete(lab.path("web"))
        try await lab.addService("next")
        try await Task.sleep(for: .seconds(1))
        #expect(await lab.addresses() == ["web": "192.0.2.16"])
        try await lab.server.patch(lab.path("web"), ["metadata": ["finalizers": nil]])
        #expect(try await eventually { await lab.addresses() == ["next": "192.0.2.16"] })
    }
}
