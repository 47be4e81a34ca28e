import Addresses
import Testing

@Suite struct MACAddressTests {
    @Test(
        "Colons or dashes, either case, print as lower case with colons",
        arguments: ["02:00:5e:10:AB:cd", "02-00-5e-10-ab-CD"])
    func validAddress(text: String) throws {
        let address = try MACAddress(text)
        #expect(address.description == "02:00:5e:10:ab:cd")
        #expect(MACAddress(octets: address.octets) == address)
        #expect(MACAddress(rawValue: address.rawValue) == address)
    }

    static let invalid: [(String, Int)] = [
        ("", 0), ("02:00:5e:10:ab", 14), ("02:00:5e:10:ab:cd:ef", 17), ("02:00:5e:10:ab:c", 15), ("02005e10abcd", 2),
        ("02:00-5e:10:ab:cd", 5), ("02:00:5e:10:ab:cg", 15), ("2:0:5e:10:ab:cd", 0),
    ]

    @Test("Anything else is rejected, naming the place", arguments: invalid)
    func invalidAddress(text: String, offset: Int) {
        let error = #expect(throws: AddressParseError.self) { try MACAddress(text) }
        #expect(error?.offset == offset)
    }

    @Test("Multicast addresses map to MAC addresses") func multicast() throws {
        #expect(try MACAddress(multicast: IPv6Address("ff02::1:ff56:789a")).description == "33:33:ff:56:78:9a")
        // RFC 1112 §6.4: only 23 bits survive.
        #expect(try MACAddress(multicast: IPv4Address("224.128.0.18")).description == "01:00:5e:00:00:12")
        #expect(MACAddress.broadcast.isMulticast)
        #expect(try !MACAddress("02:00:00:00:00:01").isMulticast)
        #expect(MACAddress(rawValue: 1 << 48) == nil)
        #expect(MACAddress(truncatingIfNeeded: 0xAAAA_0200_0000_0001).description == "02:00:00:00:00:01")
    }
}
