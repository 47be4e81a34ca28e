/// A value for some of the peers, found without hashing: their numbers are small.
struct PeerTable<Value: Sendable>: Sendable {
    private var values: [Value?] = []

    init() {}

    subscript(_ peer: PeerIndex) -> Value? {
        get {
            let index = Int(peer.rawValue)
            return index < values.count ? values[index] : nil
        }
        _modify {
            let index = Int(peer.rawValue)
            while values.count <= index { values.append(nil) }
            yield &values[index]
        }
    }

    /// The peers that have a value, in their order.
    var keys: [PeerIndex] {
        values.indices.compactMap { values[$0] == nil ? nil : PeerIndex(rawValue: Int32($0)) }
    }
}
