import Addresses

/// Where to listen: the value of `--http`.
package struct HTTPEndpoint: Hashable, Sendable, CustomStringConvertible {
    package let address: IPAddress
    /// 0 lets the system choose.
    package let port: UInt16

    package init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Parses `192.0.2.1:7472` or `[2001:db8::1]:7472`.
    ///
    /// Strict: not `localhost:7472` (a name), `:7472` (no address; write `0.0.0.0:7472` or `[::]:7472` to listen
    /// everywhere), `::1:7472` (no brackets), `192.0.2.1` (no port).
    package init(_ text: String) throws(HTTPServerError) {
        func failure(_ problem: String) -> HTTPServerError {
            HTTPServerError("`\(text)` is not ADDRESS:PORT, such as 127.0.0.1:7472 or [::1]:7472: \(problem)")
        }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")), !text.hasSuffix("]") else {
            throw failure("the port is missing")
        }
        let digits = text[text.utf8.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = UInt16(digits)
        else { throw failure("a port is a number from 0 to 65535") }
        var host = text[..<colon]
        guard !host.isEmpty else {
            throw failure("the address is missing; 0.0.0.0 and [::] mean all addresses of this host")
        }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        do {
            let address = try IPAddress(String(host))
            guard isBracketed == (address.family == .ipv6) else {
                throw failure(isBracketed ? "brackets are for IPv6" : "an IPv6 address must be in brackets")
            }
            self.init(address: address, port: port)
        } catch let error as AddressParseError {
            throw failure("\(error)")
        } catch let error as HTTPServerError {
            throw error
        } catch {
            throw failure("\(error)")
        }
    }

    package var description: String {
        switch address {
        case .v4(let address): "\(address):\(port)"
        case .v6(let address): "[\(address)]:\(port)"
        }
    }
}
