import Foundation
import TestAPIServer
import TestSupport
import Testing

/// Whose the Speaker objects are, and what a person sees of them.
@Suite(.serialized) struct SpeakerObjectTests {
    private static let objects = "/apis/martlet.dev/v1beta1/namespaces/martlet-system/speakers"
    private static let own = objects + "/n1"

    private static func uid(_ lab: ClusterLab) async -> String? {
        await lab.server.object("/api/v1/nodes/n1")?["metadata", "uid"]?.string
    }

    private static func owners(_ lab: ClusterLab) async -> [JSON]? {
        await lab.server.object(own)?["metadata", "ownerReferences"]?.array
    }

    @Test("The Node owns it: it goes with the Node, stays away, and comes back with a new Node of the name")
    func owner() async throws {
        let lab = try await ClusterLab()
        // From before the speakers named owners.
        try await lab.server.apply([
            "apiVersion": "martlet.dev/v1beta1", "kind": "Speaker",
            "metadata": ["name": "n1", "namespace": "martlet-system"],
        ])
        let speaker = try lab.startSpeaker()
        func isOwned() async -> Bool {
            let uid = await Self.uid(lab)
            let owners = await Self.owners(lab)
            let status = await lab.server.object(Self.own)?["status"]
            return uid != nil && status != nil && owners?.map { $0["uid"]?.string } == [uid]
                && owners?.first?["kind"]?.string == "Node" && owners?.first?["apiVersion"]?.string == "v1"
        }
        #expect(try await eventually(within: .seconds(15)) { await isOwned() }, "\(speaker.errors)")
        try await lab.server.delete("/api/v1/nodes/n1")
        #expect(await lab.server.object(Self.own) == nil)
        // Something to write about comes meanwhile.
        try await lab.addPool("lan", "192.0.2.16/28")
        try await lab.server.apply([
            "apiVersion": "martlet.dev/v1beta1", "kind": "BGPPeer",
            "metadata": ["name": "router", "namespace": "martlet-system"],
            "spec": ["myASN": 64512, "peerASN": 64513, "peerAddress": "192.0.2.250"],
        ])
        try await Task.sleep(for: .seconds(12))
        #expect(await lab.server.object(Self.own) == nil, "nobody would delete it any more")
        try await lab.server.apply(["kind": "Node", "apiVersion": "v1", "metadata": ["name": "n1"]])
        #expect(try await eventually(within: .seconds(15)) { await isOwned() }, "\(speaker.errors)")
        #expect(await lab.refused().isEmpty)
    }

    @Test("Objects of deleted Nodes are not shown; one without an owner and a Node is, with what is wrong")
    func readers() async throws {
        let server = TestAPIServer()
        try await server.start()
        let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../deploy/crds").standardized
        for file in try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
        where file.hasSuffix(".yaml") && file != "kustomization.yaml" {
            try await server.apply(yaml: String(contentsOf: root.appendingPathComponent(file), encoding: .utf8))
        }
        for name in ["n1", "n2"] {
            try await server.apply([
                "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name)],
                "status": ["conditions": [["type": "Ready", "status": "True"]]],
            ])
        }
        let ready: JSON = [
            ["type": "Ready", "status": "True", "reason": "Announcing", "message": "", "lastTransitionTime": nil]
        ]
        let real = await server.object("/api/v1/nodes/n1")?["metadata", "uid"] ?? ""
        for (name, owner): (String, JSON?) in [("n1", real), ("n2", "former"), ("n3", "gone"), ("n4", JSON?.none)] {
            var metadata: JSON = ["name": .string(name), "namespace": "martlet-system"]
            if let owner {
                metadata["ownerReferences"] = [
                    ["apiVersion": "v1", "kind": "Node", "name": .string(name), "uid": owner]
                ]
            }
            try await server.apply(["apiVersion": "martlet.dev/v1beta1", "kind": "Speaker", "metadata": metadata])
            try await server.patch("\(Self.objects)/\(name)/status", ["status": ["conditions": ready]])
        }
        let folder = try TemporaryFolder()
        let kubeconfig = try folder.write(
            "config",
            """
            {"apiVersion": "v1", "kind": "Config", "current-context": "a", \
            "clusters": [{"name": "a", "cluster": {"server": "http://127.0.0.1:\(await server.port)"}}], \
            "users": [{"name": "a", "user": {"token": "\(TestAPIServer.adminToken)"}}], \
            "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}]}
            """)
        let shown = try await Program.run("get", "speakers", "-o", "name", "--kubeconfig", kubeconfig)
        #expect(shown.output.split(separator: "\n").sorted() == ["n1", "n4"], "\(shown)")
        let stray = try await Program.run("get", "speakers", "-o", "json", "--kubeconfig", kubeconfig)
        #expect(stray.output.contains("no Node has that name"), "\(stray)")
        await server.stop()
    }
}
