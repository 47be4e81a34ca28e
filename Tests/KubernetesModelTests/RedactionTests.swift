import Foundation
import KubernetesModel
import Testing

@Suite struct RedactionTests {
    @Test("A Secret never shows its values")
    func secret() {
        let secret = Secret(
            metadata: ObjectMeta(name: "s", namespace: "n"), type: "kubernetes.io/basic-auth",
            data: ["password": "aHVzaA=="], stringData: ["user": "hush"])
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])"] {
            #expect(!text.contains("hush") && !text.contains("aHVzaA"), "\(text)")
        }
        #expect("\(secret)" == "Secret(n/s, keys: password, user)")
    }

    @Test("A BGPPeer never shows its password")
    func peer() throws {
        let json = """
            {"metadata": {"name": "p"}, "spec": {"peerAddress": "192.0.2.1", "password": "hush"}}
            """
        let peer = try JSONDecoder().decode(BGPPeer.self, from: Data(json.utf8))
        let spec = try #require(peer.spec)
        #expect(spec.password == "hush")
        var dumped = ""
        dump(peer, to: &dumped)
        for text in ["\(peer)", String(reflecting: peer), dumped, "\(spec)"] {
            #expect(!text.contains("hush"), "\(text)")
        }
        #expect("\(spec)" == "BGPPeerSpec(192.0.2.1, password: redacted)")
    }
}
