import Addresses

/// UPDATEs made for one peer that others are about to be sent too. Small: it lasts for as long as they keep step.
struct MessageCache<Key: RouteKey>: Sendable {
    /// Finds a message; two of the same identity may still hold different routes.
    struct Identity: Hashable {
        let encoding: Int
        let attributes: AttributesID?
        let first: Key
        let last: Key
        let count: Int

        init?(_ keys: [Key], _ attributes: AttributesID?, encoding: Int) {
            guard let first = keys.first, let last = keys.last else { return nil }
            self.encoding = encoding
            self.attributes = attributes
            self.first = first
            self.last = last
            count = keys.count
        }
    }

    private struct Message {
        let keys: [Key]
        let bytes: [UInt8]
    }

    /// How many octets of messages are kept.
    static var limit: Int { 1 << 20 }

    private var messages: [Identity: Message] = [:]
    private var size = 0

    init() {}

    func bytes(_ identity: Identity, _ keys: [Key]) -> [UInt8]? {
        guard let message = messages[identity], message.keys == keys else { return nil }
        return message.bytes
    }

    mutating func insert(_ bytes: [UInt8], _ identity: Identity, _ keys: [Key]) {
        if size + bytes.count > MessageCache.limit { removeAll() }
        size += bytes.count
        messages[identity] = Message(keys: keys, bytes: bytes)
    }

    mutating func removeAll() {
        messages = [:]
        size = 0
    }
}
