import Addresses

/// One entry of a list of addresses: a CIDR, a range, or, where allowed, a bare address.
struct AddressEntry: Hashable, Sendable {
    /// Why an entry is refused: a clause with the remedy.
    struct Failure: Error, Hashable, Sendable {
        var message: String
    }

    var range: IPRange
    /// What is odd about the entry, though it counts.
    var warning: String?

    init(_ text: String, allowsBareAddress: Bool = false) throws(Failure) {
        let entry = text.trimmed
        do {
            if entry.contains("/") {
                try self.init(prefix: entry)
            } else if entry.contains("-") {
                let range = try IPRange(entry)
                self.init(range, warning: nil)
            } else {
                let address = try IPAddress(entry)
                guard allowsBareAddress else {
                    throw Failure(
                        message: "\(entry) is a single address, not a CIDR or a range: write \(IPPrefix(host: address))"
                    )
                }
                self.init(IPRange(address), warning: nil)
            }
        } catch let error as AddressParseError {
            throw Failure(
                message: "\(error): write a CIDR such as 192.0.2.0/24, or a range such as 192.0.2.10-192.0.2.20")
        } catch let error as Failure {
            throw error
        } catch { throw Failure(message: "\(error)") }
    }

    private init(prefix text: String) throws {
        let prefix = try IPPrefix(text)
        let address = try IPAddress(String(text.prefix { $0 != "/" }))
        var warning: String?
        if address != prefix.address {
            warning = "\(text) has bits set beyond its length, which are ignored: write \(prefix)"
        }
        if let mapped = address.v6, mapped.isIPv4Mapped, prefix.length < 96 {
            throw Failure(message: "\(text) mixes IPv4-mapped addresses with others: write the intended IPv4 CIDR")
        }
        self.init(prefix.range, warning: warning)
    }

    /// RFC 4291 §2.5.5.2: IPv4-mapped addresses are IPv4 addresses in another spelling.
    private init(_ range: IPRange, warning: String?) {
        guard let lower = range.lower.v6, let upper = range.upper.v6, lower.isIPv4Mapped, upper.isIPv4Mapped,
            let mapped = IPRange(.v4(lower.mappedIPv4), .v4(upper.mappedIPv4))
        else {
            self.range = range
            self.warning = warning
            return
        }
        self.range = mapped
        let written = mapped.prefixes.count == 1 ? mapped.prefixes[0].description : mapped.description
        self.warning = "\(range) is IPv4 in IPv6 spelling: write \(written)"
    }
}
