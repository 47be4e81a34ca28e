import Addresses
import WireCodec

extension ByteReader {
    // Integers; what does not fit is `DropReason.truncated`.

    @_lifetime(self: copy self)
    mutating func field(_ type: UInt8.Type = UInt8.self) throws(DropReason) -> UInt8 {
        do { return try read(type) } catch { throw .truncated }
    }

    @_lifetime(self: copy self)
    mutating func field(_ type: UInt16.Type = UInt16.self) throws(DropReason) -> UInt16 {
        do { return try read(type) } catch { throw .truncated }
    }

    @_lifetime(self: copy self)
    mutating func field(_ type: UInt32.Type = UInt32.self) throws(DropReason) -> UInt32 {
        do { return try read(type) } catch { throw .truncated }
    }

    @_lifetime(self: copy self)
    mutating func field(_ type: UInt64.Type = UInt64.self) throws(DropReason) -> UInt64 {
        do { return try read(type) } catch { throw .truncated }
    }

    @_lifetime(self: copy self)
    mutating func field(_ type: UInt128.Type = UInt128.self) throws(DropReason) -> UInt128 {
        do { return try read(type) } catch { throw .truncated }
    }

    @_lifetime(self: copy self)
    mutating func macAddress() throws(DropReason) -> MACAddress {
        let high = try field(UInt16.self)
        return MACAddress(truncatingIfNeeded: UInt64(high) << 32 | UInt64(try field(UInt32.self)))
    }

    @_lifetime(self: copy self)
    mutating func ipv4Address() throws(DropReason) -> IPv4Address { IPv4Address(rawValue: try field()) }

    @_lifetime(self: copy self)
    mutating func ipv6Address() throws(DropReason) -> IPv6Address { IPv6Address(rawValue: try field()) }

    @_lifetime(self: copy self)
    mutating func skipField(count: Int) throws(DropReason) {
        do { try skip(count: count) } catch { throw .truncated }
    }
}

extension ByteWriter {
    mutating func write(_ address: MACAddress) {
        write(UInt16(truncatingIfNeeded: address.rawValue >> 32))
        write(UInt32(truncatingIfNeeded: address.rawValue))
    }
}
