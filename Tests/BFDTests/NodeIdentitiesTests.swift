import BFD
import Testing

@Suite("Node identities")
struct NodeIdentitiesTests {
    @Test("A discriminator is FNV-1a of the name, whatever the order of the list")
    func stable() {
        let identities = NodeIdentities(["n3", "n1", "n2", "n1"])
        #expect(identities == NodeIdentities(["n1", "n2", "n3"]))
        #expect(identities.nodes == ["n1", "n2", "n3"])
        // FNV-1a of 32 bits, by its published vectors.
        #expect(NodeIdentities(["a"]).discriminator(of: "a") == 0xE40C_292C)
        #expect(NodeIdentities(["foobar"]).discriminator(of: "foobar") == 0xBF9C_F968)
        #expect(identities.discriminator(of: "n4") == nil)
        #expect(identities.collisions.isEmpty)
        for node in identities.nodes {
            #expect(identities.discriminator(of: node).flatMap(identities.node(withDiscriminator:)) == node)
        }
    }

    @Test(
        "Of two names with one hash the first in order keeps it; the other gets its own, and it is reported",
        arguments: [("costarring", "liquid"), ("declinate", "macallums"), ("altarage", "zinke")])
    func collision(first: String, second: String) {
        let identities = NodeIdentities([second, "n1", first])
        #expect(identities == NodeIdentities([first, second, "n1"]))
        #expect(identities.discriminator(of: first) == NodeIdentities([second]).discriminator(of: second))
        #expect(identities.discriminator(of: second) != identities.discriminator(of: first))
        #expect(identities.collisions == [.init(node: second, other: first)])
        #expect(identities.discriminator(of: second).flatMap(identities.node(withDiscriminator:)) == second)
    }

    @Test("No node gets zero")
    func zero() {
        // A name whose FNV-1a is zero.
        let identities = NodeIdentities(["nafbxenjc"])
        #expect(identities.discriminator(of: "nafbxenjc") != 0)
        #expect(identities.collisions == [.init(node: "nafbxenjc", other: nil)])
    }
}
