import CLinux
import Glibc
import NIOCore
import NIOPosix

/// TCP's own keepalives: for connections on which the protocol above sends nothing, so that a host that is gone
/// without a word is noticed.
package enum TCPKeepalive {
    /// A connection on which nothing arrives is probed after this time.
    private static let idle: CInt = 30
    /// Time between probes; and how many in a row may stay without an answer.
    private static let interval: CInt = 20
    private static let probes: CInt = 3
    /// Milliseconds after which what was sent and is not acknowledged ends the connection (RFC 5482).
    private static let userTimeout: CInt = 90_000

    /// Ends a connection 90 s after its peer has gone.
    package static func enable(on channel: any Channel) -> EventLoopFuture<Void> {
        guard let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(TCPError.noSocketOptions)
        }
        let tcp = NIOBSDSocket.OptionLevel(rawValue: CInt(IPPROTO_TCP))
        func set(_ level: NIOBSDSocket.OptionLevel, _ name: CInt, _ value: CInt) -> EventLoopFuture<Void> {
            // Each of these options takes a C int.
            socket.unsafeSetSocketOption(level: level, name: NIOBSDSocket.Option(rawValue: name), value: value)
        }
        return .andAllSucceed(
            [
                set(tcp, TCP_KEEPIDLE, idle), set(tcp, TCP_KEEPINTVL, interval), set(tcp, TCP_KEEPCNT, probes),
                set(tcp, TCP_USER_TIMEOUT, userTimeout),
                set(NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET), SO_KEEPALIVE, 1),
            ], on: channel.eventLoop)
    }
}
