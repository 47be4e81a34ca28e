import Foundation
import TestAPIServer
import TestSupport
import Testing

/// What `deploy/base` lets a speaker write: evaluated by the API server in memory, and by a real one where there is one.
@Suite(.serialized) struct SpeakerPolicyTests {
    private static let path = "/apis/martlet.dev/v1beta1/namespaces/martlet-system/speakers"

    struct Row: Sendable {
        let situation: String
        /// The node that the token names; `nil`: it names none.
        let node: String?
        /// The Speaker object that is applied.
        let name: String
        var isStatus = false
        var owner: (kind: String, name: String)?
        let code: Int
        var says: String?
    }

    /// In order: later ones find what earlier ones have made.
    static let rows: [Row] = [
        Row(
            situation: "a status where there is no object yet", node: "n1", name: "n1", isStatus: true, code: 404),
        Row(situation: "the own object", node: "n1", name: "n1", owner: ("Node", "n1"), code: 201),
        Row(situation: "its status", node: "n1", name: "n1", isStatus: true, code: 200),
        Row(
            situation: "the object of another node, which is not there", node: "n1", name: "n2", code: 403,
            says: "The speaker of node n1 may not write the Speaker object n2."),
        Row(situation: "the other node makes it itself", node: "n2", name: "n2", code: 201),
        Row(
            situation: "the status of another node", node: "n1", name: "n2", isStatus: true, code: 403,
            says: "The speaker of node n1 may not write"),
        Row(
            situation: "another owner for another node's object", node: "n1", name: "n2", owner: ("Node", "n2"),
            code: 403, says: "may not write"),
        Row(
            situation: "the own object owned by another Node", node: "n1", name: "n1", owner: ("Node", "n2"), code: 403,
            says: "The owner of a Speaker object is the Node of its name."),
        Row(
            situation: "owned by something else", node: "n1", name: "n1", owner: ("ConfigMap", "n1"), code: 403,
            says: "The owner of a Speaker object"),
        Row(
            situation: "a token that names no node", node: nil, name: "n1", isStatus: true, code: 403,
            says: "names no node"),
    ]

    @Test(
        "A speaker writes the Speaker object of its own node, owned by that Node, and nothing else",
        arguments: APIServerUnderTest.assetsAtHand)
    func table(assets: String?) async throws {
        try await APIServerUnderTest.run(assets: assets) { server in
            var uids: [String: JSON] = [:]
            for node in ["n1", "n2"] {
                let made = try await server.ask(
                    "POST", "/api/v1/nodes",
                    ["apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(node)]])
                uids[node] = try JSON(made.text)["metadata", "uid"]
            }
            let configMap = try await server.ask(
                "GET", "/api/v1/namespaces/martlet-system", nil)
            uids["ConfigMap"] = try JSON(configMap.text)["metadata", "uid"]
            for row in Self.rows {
                var metadata: JSON = ["name": .string(row.name), "namespace": "martlet-system"]
                if let owner = row.owner {
                    metadata["ownerReferences"] = [
                        [
                            "apiVersion": "v1", "kind": .string(owner.kind), "name": .string(owner.name),
                            "uid": uids[owner.kind == "Node" ? owner.name : "ConfigMap"] ?? "",
                        ]
                    ]
                }
                var object: JSON = [
                    "apiVersion": "martlet.dev/v1beta1", "kind": "Speaker", "metadata": metadata,
                ]
                if row.isStatus { object["status"] = ["addressCount": 1] }
                let token =
                    if let node = row.node {
                        try await server.token(of: "martlet-speaker", on: node)
                    } else {
                        RealAPIServer.token(of: "martlet-speaker")
                    }
                let answer = try await server.ask(
                    "PATCH", "\(Self.path)/\(row.name)\(row.isStatus ? "/status" : "")?fieldManager=a&force=true",
                    object, contentType: "application/apply-patch+yaml", token: token)
                let text = String(decoding: answer.text, as: UTF8.self)
                #expect(answer.code == row.code, "\(row.situation): \(text)")
                if let says = row.says { #expect(text.contains(says), "\(row.situation): \(text)") }
            }
            // An administrator is not bound by it.
            let cleared = try await server.ask("DELETE", Self.path + "/n2")
            #expect(cleared.code == 200)
        }
    }
}
