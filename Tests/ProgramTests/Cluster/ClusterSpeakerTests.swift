import Foundation
import TestAPIServer
import TestSupport
import Testing

@Suite(.serialized) struct ClusterSpeakerTests {
    private static func lab() async throws -> ClusterLab {
        let lab = try await ClusterLab()
        try await lab.addPool("lan", "192.0.2.16/28")
        try await lab.server.apply([
            "apiVersion": "martlet.dev/v1beta1", "kind": "L2Advertisement",
            "metadata": ["name": "all", "namespace": "martlet-system"],
        ])
        return lab
    }

    @Test("Service to wire through both programs; then without the API server, and across a restart without it")
    func wire() async throws {
        let lab = try await Self.lab()
        let controller = try lab.startController()
        var speaker = try lab.startSpeaker()
        try await lab.addService("web")
        #expect(try await eventually(within: .seconds(20)) { try await lab.answers("192.0.2.16") }, "\(speaker.errors)")
        #expect(
            try await eventually(within: .seconds(15)) {
                let report = await lab.server.object(
                    "/apis/martlet.dev/v1beta1/namespaces/martlet-system/speakers/n1")
                return report?["status", "addressCount"]?.int == 1
            }, "\(speaker.errors)")
        let uid = await lab.server.object(lab.path("web"))?["metadata", "uid"]?.string
        let isTold = try await eventually(within: .seconds(5)) {
            await lab.server.objects("/apis/events.k8s.io/v1/namespaces/default/events").contains { event in
                event["reason"]?.string == "Claimed" && event["reportingInstance"]?.string == "n1"
                    && event["note"]?.string == "n1 answers for 192.0.2.16 on eth0."
                    && event["regarding", "uid"]?.string == uid
            }
        }
        #expect(isTold)
        // Who may look, and no more than that, sees it all.
        for words in [
            ["get", "services"], ["get", "speakers"], ["get", "events", "default/web"], ["explain", "default/web"],
            ["bundle", "--to", "-"],
        ] {
            let seen = try await lab.namespace.start(
                command: [Program.path] + words + ["--kubeconfig", lab.kubeconfig("viewer")]
            ).wait()
            #expect(seen.succeeded && seen.output.contains("n1"), "\(words): \(seen)")
        }
        let refused = await lab.refused()
        #expect(refused.isEmpty, "\(refused)")
        controller.stop(grace: .seconds(10))

        #expect(try await eventually(within: .seconds(20)) { lab.saved.contains("192.0.2.16") })
        await lab.server.stop()
        try await Task.sleep(for: .seconds(3))
        #expect(try await lab.answers("192.0.2.16"), "the API server is gone")
        speaker.kill()
        speaker = try lab.startSpeaker()
        #expect(try await eventually(within: .seconds(15)) { try await lab.answers("192.0.2.16") }, "\(speaker.errors)")
        #expect(speaker.errors.contains("last known state"))
        // Its status and its explanation have what it announces from memory.
        for path in ["v1/status", "v1/explain/default/web"] {
            let answer = try await lab.namespace.run("curl", "-s", "http://127.0.0.1:7472/\(path)")
            #expect(
                answer.output.contains("\"default/web\"") && answer.output.contains("192.0.2.16")
                    && !answer.output.contains("\"assignments\": []"), "\(path): \(answer.output)")
        }

        // What went meanwhile is withdrawn when the server is back.
        try await lab.server.delete(lab.path("web"))
        try await lab.server.start()
        #expect(
            try await eventually(within: .seconds(40)) { try await !lab.answers("192.0.2.16") }, "\(speaker.errors)")
    }

    @Test("The Speaker object follows sessions while what is announced stays as it is; then it has one address more")
    func report() async throws {
        let lab = try await Self.lab()
        let recordings = ["speaker", "controller"].map { "\(lab.folder.path)/\($0).recording" }
        let controller = try lab.startController("--record", recordings[1])
        let speaker = try lab.startSpeaker("--record", recordings[0])
        try await lab.addService("web")
        // Nobody listens there.
        try await lab.server.apply([
            "apiVersion": "martlet.dev/v1beta1", "kind": "BGPPeer",
            "metadata": ["name": "router", "namespace": "martlet-system"],
            "spec": ["myASN": 64512, "peerASN": 64513, "peerAddress": "192.0.2.250"],
        ])
        func says(
            _ addresses: Int, within limit: Duration = .seconds(30), _ holds: (JSON) -> Bool = { _ in true }
        ) async throws -> Bool {
            try await eventually(within: limit) {
                let path = "/apis/martlet.dev/v1beta1/namespaces/martlet-system/speakers/n1"
                guard let status = await lab.server.object(path)?["status"], holds(status) else { return false }
                return status["addressCount"]?.int == addresses && status["addresses"]?.array?.count == addresses
            }
        }
        let hasFailed = try await says(1) { $0["sessions"]?.array?.first?["lastError"]?.string != nil }
        #expect(hasFailed, "\(speaker.errors)")
        // It is looked again whether there is something to write: not of what is announced.
        try await Task.sleep(for: .seconds(6))
        #expect(try await says(1, within: .milliseconds(1)), "\(speaker.errors)")
        try await lab.addService("api")
        #expect(try await says(2), "\(speaker.errors)")
        controller.stop(grace: .seconds(10))
        speaker.kill()

        // Both were recorded, one ended in order and one killed, and both are decided again as they were.
        for (file, words) in zip(recordings, [["hold(", "assign("], ["patchService(", "Service default/api is"]]) {
            let replay = try await Program.run("replay", file, "-o", "wide")
            #expect(replay.succeeded, "\(replay)")
            for word in words { #expect(replay.output.contains(word), "\(file): \(word)") }
            #expect(replay.errors.contains("no end") == (file == recordings[0]), "\(replay.errors)")
        }
    }

    @Test("A speaker that is killed and started again tells Kubernetes nothing again") func restart() async throws {
        let lab = try await Self.lab()
        let controller = try lab.startController()
        var speaker = try lab.startSpeaker()
        try await lab.addService("web")
        func claims() async -> Int {
            await lab.server.objects("/apis/events.k8s.io/v1/namespaces/default/events").count {
                $0["reason"]?.string == "Claimed"
            }
        }
        func report() async -> JSON? {
            await lab.server.object("/apis/martlet.dev/v1beta1/namespaces/martlet-system/speakers/n1")?["status"]
        }
        let isTold = try await eventually(within: .seconds(20)) {
            let count = await claims()
            let report = await report()
            return count == 1 && report?["addressCount"]?.int == 1
        }
        #expect(isTold, "\(speaker.errors)")
        let began = await report()?["started"]?.string
        speaker.kill()
        speaker = try lab.startSpeaker()
        let isBack = try await eventually(within: .seconds(20)) {
            let report = await report()
            return report?["started"]?.string != began && report?["addressCount"]?.int == 1
        }
        #expect(isBack, "\(speaker.errors)")
        #expect(await claims() == 1)
        controller.stop(grace: .seconds(10))
    }

    @Test("Hand-made EndpointSlices of a Service without a selector count, with externalTrafficPolicy Local")
    func endpoints() async throws {
        let lab = try await Self.lab()
        let speaker = try lab.startSpeaker()
        try await lab.addService("web", ["externalTrafficPolicy": "Local"])
        try await lab.server.patch(
            lab.path("web") + "/status", ["status": ["loadBalancer": ["ingress": [["ip": "192.0.2.20"]]]]])
        func slice(_ node: String) -> JSON {
            [
                "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
                "metadata": [
                    "name": "web-by-hand", "namespace": "default", "labels": ["kubernetes.io/service-name": "web"],
                ],
                "endpoints": [["addresses": ["10.0.0.9"], "nodeName": .string(node), "conditions": ["ready": true]]],
            ]
        }
        try await lab.server.apply(slice("elsewhere"))
        try await Task.sleep(for: .seconds(3))
        #expect(try await !lab.answers("192.0.2.20"), "no endpoint is on this node")
        try await lab.server.apply(slice("n1"))
        #expect(try await eventually(within: .seconds(10)) { try await lab.answers("192.0.2.20") }, "\(speaker.errors)")
        let explanation = try await lab.namespace.run(
            Program.path, "explain", "default/web", "--server", "http://127.0.0.1:7472")
        #expect(explanation.status == 0 && explanation.output.contains("n1 answers for 192.0.2.20"), "\(explanation)")

        // Of another type for a while: the slice is as it was, and nobody tells of it again.
        try await lab.server.patch(lab.path("web"), ["spec": ["type": "ClusterIP"]])
        let isWithdrawn = try await eventually(within: .seconds(10)) { try await !lab.answers("192.0.2.20") }
        #expect(isWithdrawn, "\(speaker.errors)")
        try await lab.server.patch(lab.path("web"), ["spec": ["type": "LoadBalancer"]])
        try await lab.server.patch(
            lab.path("web") + "/status", ["status": ["loadBalancer": ["ingress": [["ip": "192.0.2.20"]]]]])
        #expect(try await eventually(within: .seconds(10)) { try await lab.answers("192.0.2.20") }, "\(speaker.errors)")
        let refused = await lab.refused()
        #expect(refused.isEmpty, "\(refused)")
    }
}
