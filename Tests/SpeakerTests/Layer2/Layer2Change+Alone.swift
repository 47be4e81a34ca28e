import Addresses
import LinkLayer
import NodeDecisions
import Speaker

extension Layer2Change {
    /// This node is to have the address on these interfaces, and nobody is known to have it.
    static func own(_ address: IPAddress, on interfaces: [String]) -> Layer2Change {
        .assign(address, Dictionary(uniqueKeysWithValues: interfaces.map { ($0, .owner(ClaimRank(), over: nil)) }))
    }

    static func withdraw(_ address: IPAddress) -> Layer2Change { .assign(address, [:]) }
}
