/// Which discriminator each node sends with, the same for everybody who has the same list of names.
///
/// A discriminator is a hash of the node's name, so it survives restarts and needs no agreement. Of two names with one
/// hash, the first in order keeps it, and the other takes the hash of its name with a suffix; that is reported in
/// ``collisions``, because a node added later may then change another's discriminator once.
package struct NodeIdentities: Hashable, Sendable {
    /// Two nodes whose names have one hash.
    package struct Collision: Hashable, Sendable {
        /// The node that took another discriminator.
        package let node: String
        /// The node that has the discriminator that `node` would have had; `nil` where the hash was zero.
        package let other: String?

        package init(node: String, other: String?) {
            self.node = node
            self.other = other
        }
    }

    private var discriminators: [String: UInt32] = [:]
    private var names: [UInt32: String] = [:]
    package private(set) var collisions: [Collision] = []

    /// The identities of these nodes; order and repetitions do not matter.
    package init(_ nodes: some Sequence<String>) {
        for node in Set(nodes).sorted(by: NodeIdentities.precedes) {
            var discriminator = NodeIdentities.hash(node)
            var attempt = 0
            // RFC 5880 §6.8.1: a discriminator is unique and not zero.
            while discriminator == 0 || names[discriminator] != nil {
                if attempt == 0 { collisions.append(Collision(node: node, other: names[discriminator])) }
                attempt += 1
                discriminator = NodeIdentities.hash("\(node)#\(attempt)")
            }
            discriminators[node] = discriminator
            names[discriminator] = node
        }
    }

    /// The nodes' names in order.
    package var nodes: [String] { discriminators.keys.sorted(by: NodeIdentities.precedes) }

    package func discriminator(of node: String) -> UInt32? { discriminators[node] }
    package func node(withDiscriminator discriminator: UInt32) -> String? { names[discriminator] }

    /// By octets, so that no node's locale or version of Unicode has a say.
    private static func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

    /// FNV-1a of 32 bits.
    static func hash(_ name: String) -> UInt32 {
        name.utf8.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }
}
