import Addresses

/// The packers of all encodings and attributes in use, each made when it is first needed.
struct UpdatePackers: Sendable {
    private struct Key: Hashable {
        let encoding: Int
        let attributes: AttributesID?
        let family: AddressFamily
    }

    var attributes = AttributesPool()
    private var encodings: [PeerEncoding] = []
    /// How many peers have each encoding.
    private var users: [Int] = []
    private var packers: [Key: UpdatePacker] = [:]

    init() {}

    /// A packer for UPDATEs that announce routes with these attributes, or withdraw routes (`nil`); `nil` if there can be
    /// no such UPDATE.
    mutating func packer(_ id: AttributesID?, _ family: AddressFamily, encoding: Int) -> UpdatePacker? {
        let key = Key(encoding: encoding, attributes: id, family: family)
        if let packer = packers[key] { return packer }
        let packer: UpdatePacker?
        if let id {
            packer = UpdatePacker(announcing: attributes[id], family, encodings[encoding])
        } else {
            packer = UpdatePacker(withdrawing: family, encodings[encoding])
        }
        packers[key] = packer
        return packer
    }

    /// Whether a peer sees no difference between two sets of attributes.
    mutating func areEqual(_ a: AttributesID, _ b: AttributesID, _ family: AddressFamily, encoding: Int) -> Bool {
        packer(a, family, encoding: encoding) == packer(b, family, encoding: encoding)
    }

    func isShared(encoding: Int) -> Bool { users[encoding] > 1 }

    /// Counts one more peer with this encoding.
    ///
    /// - Returns: its number, and whether the number stood for another encoding before.
    mutating func retain(_ encoding: PeerEncoding) -> (number: Int, isReused: Bool) {
        if let number = encodings.firstIndex(of: encoding) {
            users[number] += 1
            return (number, false)
        }
        if let free = users.firstIndex(of: 0) {
            encodings[free] = encoding
            users[free] = 1
            packers = packers.filter { $0.key.encoding != free }
            return (free, true)
        }
        encodings.append(encoding)
        users.append(1)
        return (encodings.count - 1, false)
    }

    mutating func release(encoding: Int) { users[encoding] -= 1 }

    mutating func forgetUnusedAttributes() {
        attributes.forgetUnused()
        packers.removeAll()
    }
}
