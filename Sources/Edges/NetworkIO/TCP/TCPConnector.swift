import Addresses
import CLinux
import Glibc
import Interfaces
import NIOCore
import NIOPosix

/// Makes TCP connections with options that NIO has no names for.
package enum TCPConnector {
    /// Connects. The channel does not read until asked to, so that nothing is lost before there is a reader.
    ///
    /// The socket is made on the event loop's thread, and so belongs to that thread's network namespace.
    ///
    /// - Parameters:
    ///   - source: the local address; its port is not used.
    ///   - attempt: by which it can be given up.
    package static func connect(
        to peer: TCPEndpoint, from source: TCPEndpoint?, options: TCPOptions, timeout: Duration,
        on eventLoop: any EventLoop, attempt: TCPAttempt = TCPAttempt()
    ) -> EventLoopFuture<any Channel> {
        eventLoop.flatSubmit {
            do {
                let remote = try peer.socketAddress()
                let nanoseconds = TimeAmount.nanoseconds(
                    timeout.components.seconds * 1_000_000_000 + timeout.components.attoseconds / 1_000_000_000)
                var bootstrap = ClientBootstrap(group: eventLoop)
                    .connectTimeout(nanoseconds)
                    .channelOption(.autoRead, value: false)
                    .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .channelInitializer { channel in
                        attempt.begin(on: channel)
                        return prepare(channel, options, peer: remote)
                    }
                if let source {
                    let local = TCPEndpoint(source.address, zone: source.zone ?? peer.zone, port: 0)
                    bootstrap = bootstrap.bind(to: try local.socketAddress())
                }
                return bootstrap.connect(to: remote)
            } catch {
                return eventLoop.makeFailedFuture(error)
            }
        }
    }

    /// Sets the options on a socket. Passwords and devices count for one that is not connected and not listening yet;
    /// accepted ones have their listener's.
    package static func prepare(
        _ channel: any Channel, _ options: TCPOptions, peer: SocketAddress
    ) -> EventLoopFuture<Void> {
        guard let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(TCPError.noSocketOptions)
        }
        let isIPv4 = peer.protocol == .inet
        let level = NIOBSDSocket.OptionLevel(rawValue: CInt(isIPv4 ? IPPROTO_IP : IPPROTO_IPV6))
        var results: [EventLoopFuture<Void>] = []
        func set<Value: Sendable>(_ level: NIOBSDSocket.OptionLevel, _ name: CInt, _ value: Value) {
            // The value is a C structure or number of the very type that the option takes.
            results.append(
                socket.unsafeSetSocketOption(
                    level: level, name: NIOBSDSocket.Option(rawValue: name), value: value))
        }
        if let hops = options.timeToLive { set(level, isIPv4 ? IP_TTL : IPV6_UNICAST_HOPS, CInt(hops)) }
        if let hops = options.leastTimeToLive { set(level, isIPv4 ? IP_MINTTL : IPV6_MINHOPCOUNT, CInt(hops)) }
        if let password = options.password {
            set(NIOBSDSocket.OptionLevel(rawValue: CInt(IPPROTO_TCP)), TCP_MD5SIG, signature(password, peer))
        }
        if let device = options.device {
            // IFNAMSIZ octets, the last of them zero.
            var name = InlineArray<16, UInt8>(repeating: 0)
            for (index, octet) in device.utf8.prefix(15).enumerated() { name[index] = octet }
            set(NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET), SO_BINDTODEVICE, name)
        }
        return .andAllSucceed(results, on: channel.eventLoop)
    }

    /// Sets or, with `nil`, removes the key for a peer of a listening socket.
    static func setPassword(
        _ password: TCPPassword?, on channel: any Channel, peer: SocketAddress
    ) -> EventLoopFuture<Void> {
        guard let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(TCPError.noSocketOptions)
        }
        return socket.unsafeSetSocketOption(
            level: NIOBSDSocket.OptionLevel(rawValue: CInt(IPPROTO_TCP)),
            name: NIOBSDSocket.Option(rawValue: TCP_MD5SIG), value: signature(password, peer))
    }

    /// - Parameters:
    ///   - timeToLive: −1 stands for the system's.
    ///   - least: zero stands for any.
    static func setTimeToLive(
        _ timeToLive: CInt, least: UInt8, on channel: any Channel, peer: SocketAddress
    ) -> EventLoopFuture<Void> {
        guard let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(TCPError.noSocketOptions)
        }
        let isIPv4 = peer.protocol == .inet
        let level = NIOBSDSocket.OptionLevel(rawValue: CInt(isIPv4 ? IPPROTO_IP : IPPROTO_IPV6))
        let send = NIOBSDSocket.Option(rawValue: isIPv4 ? IP_TTL : IPV6_UNICAST_HOPS)
        let receive = NIOBSDSocket.Option(rawValue: isIPv4 ? IP_MINTTL : IPV6_MINHOPCOUNT)
        return .andAllSucceed(
            [
                socket.unsafeSetSocketOption(level: level, name: send, value: timeToLive),
                socket.unsafeSetSocketOption(level: level, name: receive, value: CInt(least)),
            ], on: channel.eventLoop)
    }

    /// The kernel's form of a key: RFC 2385 as Linux has it. A key without octets removes the one that is there.
    private static func signature(_ password: TCPPassword?, _ peer: SocketAddress) -> tcp_md5sig {
        var signature = tcp_md5sig()
        unsafe peer.withSockAddr { address, length in
            unsafe withUnsafeMutableBytes(of: &signature.tcpm_addr) { room in
                unsafe room.copyMemory(
                    from: UnsafeRawBufferPointer(start: address, count: min(length, room.count)))
            }
        }
        guard let password else { return signature }
        signature.tcpm_keylen = UInt16(password.octets.count)
        unsafe withUnsafeMutableBytes(of: &signature.tcpm_key) { unsafe $0.copyBytes(from: password.octets) }
        return signature
    }
}
