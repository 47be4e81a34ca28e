import Addresses
import CLinux
import Glibc
import SystemIO

extension FileDescriptor {
    /// A UDP socket that never waits.
    static func forDatagrams(of family: AddressFamily) throws(SystemError) -> FileDescriptor {
        let number = socket(
            family == .ipv4 ? AF_INET : AF_INET6,
            CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard number >= 0 else { throw SystemError("cannot open a UDP socket", code: errno) }
        let descriptor = FileDescriptor(owning: number)
        // What belongs to IPv4 has sockets of its own.
        if family == .ipv6 { try descriptor.set(CInt(IPPROTO_IPV6), IPV6_V6ONLY, 1, "IPV6_V6ONLY") }
        return descriptor
    }

    func set(_ level: CInt, _ option: CInt, _ value: CInt, _ name: String) throws(SystemError) {
        var value = value
        try set(level, option, &value, name)
    }

    func set<Value>(_ level: CInt, _ option: CInt, _ value: inout Value, _ name: String) throws(SystemError) {
        let result = unsafe withUnsafeBytes(of: &value) {
            unsafe setsockopt(rawValue, level, option, $0.baseAddress, socklen_t($0.count))
        }
        guard result == 0 else { throw SystemError("cannot set \(name)", code: errno) }
    }

    /// Sees only what comes in through this device, or through a device that is part of it; sends through it alone.
    func bind(toDevice device: String) throws(SystemError) {
        let name = Array(device.utf8)
        let result = unsafe name.withUnsafeBytes {
            unsafe setsockopt(rawValue, SOL_SOCKET, SO_BINDTODEVICE, $0.baseAddress, socklen_t($0.count))
        }
        guard result == 0 else { throw SystemError("cannot use the device \(device)", code: errno) }
    }

    /// Whether it could be bound; `errno` says why not.
    func bind(to address: SocketAddressBytes) -> Bool {
        unsafe address.withUnsafeAddress { unsafe Glibc.bind(rawValue, $0, $1) } == 0
    }

    /// Binds to a free port of a range, chosen at random.
    func bind(to address: IPAddress, scope: CInt, ports: ClosedRange<UInt16>) throws(SystemError) {
        // With 16,384 ports, that many taken ones in a row are no accident.
        for _ in 0..<64 {
            if bind(to: SocketAddressBytes(address, port: .random(in: ports), scope: scope)) { return }
            guard errno == EADDRINUSE else { break }
        }
        throw SystemError("cannot bind to \(address)", code: errno)
    }

    /// Sends one datagram; never waits.
    func send(_ octets: [UInt8], to destination: SocketAddressBytes, _ name: String) throws(SystemError) {
        let count = unsafe destination.withUnsafeAddress { address, length in
            unsafe octets.withUnsafeBytes {
                unsafe sendto(rawValue, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL), address, length)
            }
        }
        guard count == octets.count else {
            throw SystemError("cannot send to \(name)", code: count < 0 ? errno : EMSGSIZE)
        }
    }

    /// Takes the next datagram that waits; `nil` if none does. Never waits. What does not fit the buffer is cut off.
    func receive(into buffer: inout [UInt8]) throws(SystemError) -> Datagram? {
        while true {
            var datagram = clinux_datagram()
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe clinux_receive_datagram(rawValue, $0.baseAddress, $0.count, &datagram)
            }
            if count == -Int(EAGAIN) { return nil }
            if count == -Int(EINTR) { continue }
            guard count >= 0 else { throw SystemError("cannot receive", code: CInt(-count)) }
            if let arrival = Datagram(datagram, count: count) { return arrival }
        }
    }
}
