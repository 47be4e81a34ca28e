/// Who has an address, as far as the wire has shown.
package enum ClaimHolder: Hashable, Sendable {
    case nobody
    case thisNode
    case speaker(UInt32)
}
