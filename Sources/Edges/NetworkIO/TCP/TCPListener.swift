import Addresses
import CLinux
import Glibc
import Interfaces
import NIOCore
import NIOPosix

/// A socket that takes TCP connections on one address and port. It does not know which peers may connect: the owner it
/// was made by looks at each connection, and closes what it does not want.
package struct TCPListener: Sendable {
    private let channel: any Channel

    /// A connection from a peer. It does not read until asked to.
    package struct Connection: Sendable {
        package let channel: any Channel
        /// The other end, with the interface where the address is link-local.
        package let remote: TCPEndpoint
        package let local: TCPEndpoint
    }

    /// Listens. The socket is made on the event loop's thread, and so belongs to that thread's network namespace.
    ///
    /// - Parameters:
    ///   - local: an unspecified address stands for all addresses of its family, and of its family only.
    ///   - device: what it is bound to, for example a VRF.
    ///   - accept: called on the event loop, once for each connection.
    package static func listen(
        on local: TCPEndpoint, device: String? = nil, eventLoop: any EventLoop,
        accept: @escaping @Sendable (Connection) -> Void
    ) -> EventLoopFuture<TCPListener> {
        eventLoop.flatSubmit {
            do {
                let address = try local.socketAddress()
                return ServerBootstrap(group: eventLoop)
                    .serverChannelOption(.backlog, value: 16)
                    // A specific address and the unspecified one may both be listened on; the kernel picks the nearest.
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .serverChannelOption(.socketOption(NIOBSDSocket.Option(rawValue: SO_REUSEPORT)), value: 1)
                    .serverChannelInitializer { channel in
                        guard address.protocol == .inet6 else {
                            return TCPConnector.prepare(channel, TCPOptions(device: device), peer: address)
                        }
                        return only6(channel).flatMap {
                            TCPConnector.prepare(channel, TCPOptions(device: device), peer: address)
                        }
                    }
                    .childChannelOption(.autoRead, value: false)
                    .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .childChannelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(TCPArrivalHandler(accept))
                        }
                    }
                    .bind(to: address)
                    .map { TCPListener(channel: $0) }
            } catch {
                return eventLoop.makeFailedFuture(error)
            }
        }
    }

    /// Where it listens.
    package var local: TCPEndpoint? { TCPEndpoint(channel.localAddress) }

    /// Demands RFC 2385's signature of a peer from now on; `nil`: no longer.
    package func setPassword(_ password: TCPPassword?, for peer: TCPEndpoint) -> EventLoopFuture<Void> {
        do {
            return TCPConnector.setPassword(password, on: channel, peer: try peer.socketAddress())
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
    }

    /// The TTLs of the handshake: what answers are sent with, and what is asked of those who connect.
    ///
    /// - Parameters:
    ///   - timeToLive: `nil`: the system's.
    ///   - least: zero: any.
    package func setTimeToLive(_ timeToLive: UInt8?, least: UInt8) -> EventLoopFuture<Void> {
        guard let address = channel.localAddress else {
            return channel.eventLoop.makeFailedFuture(ChannelError.alreadyClosed)
        }
        return TCPConnector.setTimeToLive(timeToLive.map { CInt($0) } ?? -1, least: least, on: channel, peer: address)
    }

    package func close() async { try? await channel.close() }

    private static func only6(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(TCPError.noSocketOptions)
        }
        return socket.unsafeSetSocketOption(
            level: NIOBSDSocket.OptionLevel(rawValue: CInt(IPPROTO_IPV6)),
            name: NIOBSDSocket.Option(rawValue: IPV6_V6ONLY), value: CInt(1))
    }
}
