import AsyncHTTPClient
import Foundation
import KubernetesAPI
import NIOCore
import NIOPosix
import NIOSSL
import SystemIO

extension RequestFailure {
    /// What an error of the network comes to, in words.
    static func transport(_ error: any Error, to server: String) -> RequestFailure {
        if let failure = error as? RequestFailure { return failure }
        if let error = error as? NIOConnectionError {
            if error.dnsAError != nil || error.dnsAAAAError != nil, error.connectionErrors.isEmpty {
                return RequestFailure(
                    .connection, "\(server): host not found: check the server in the kubeconfig")
            }
            return transport(
                error.connectionErrors.first?.error ?? ChannelError.connectTimeout(.seconds(10)), to: server)
        }
        if let error = error as? IOError {
            switch error.errnoCode {
            case ECONNREFUSED:
                return RequestFailure(.connection, "\(server): connection refused: is the API server running there?")
            case EHOSTUNREACH, ENETUNREACH:
                return RequestFailure(.connection, "\(server): no route to this address")
            default:
                return RequestFailure(
                    .connection, "\(server): the connection was lost: \(SystemError.text(of: error.errnoCode))")
            }
        }
        if let error = error as? HTTPClientError {
            if error == .connectTimeout {
                return RequestFailure(.timeout, "\(server) does not answer: does a firewall block it?")
            }
            if error == .readTimeout || error == .deadlineExceeded {
                return RequestFailure(.timeout, "\(server) stopped responding")
            }
            if error == .proxyAuthenticationRequired {
                return RequestFailure(
                    .connection, "the proxy requires credentials: write proxy-url as http://USER:PASSWORD@HOST:PORT")
            }
            if [.invalidProxyResponse, .httpProxyHandshakeTimeout, .socksHandshakeTimeout].contains(error) {
                return RequestFailure(
                    .connection, "\(server): the proxy did not open a connection to it: check proxy-url")
            }
            if error == .remoteConnectionClosed {
                return RequestFailure(.connection, "\(server) closed the connection")
            }
            return RequestFailure(.connection, "\(server): \(error.shortDescription)")
        }
        if error is ChannelError {
            return RequestFailure(.timeout, "\(server) does not answer: does a firewall block it?")
        }
        if let error = error as? NIOSSLError { return security("\(error)", server) }
        if let error = error as? BoringSSLError { return security("\(error)", server) }
        if error is NIOSSLExtraError {
            return RequestFailure(
                .security, "\(server): its certificate is for another name: use that name, or set tls-server-name")
        }
        return RequestFailure(.connection, "\(server): the connection was lost")
    }

    /// Whether we do not believe the server's certificate.
    static func isUntrusted(_ error: any Error) -> Bool {
        if let error = error as? NIOConnectionError, let first = error.connectionErrors.first {
            return isUntrusted(first.error)
        }
        return "\(error)".contains("CERTIFICATE_VERIFY_FAILED")
    }

    private static func security(_ text: String, _ server: String) -> RequestFailure {
        let what =
            if text.contains("CERTIFICATE_VERIFY_FAILED") {
                "its certificate is not signed by the trusted authority: check certificate-authority"
            } else if text.contains("ALERT_CERTIFICATE") || text.contains("ALERT_BAD_CERTIFICATE")
                || text.contains("ALERT_UNKNOWN_CA") || text.contains("CERTIFICATE_REQUIRED")
            {
                "it rejected our client certificate"
            } else if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
                "it does not speak TLS: write http:// if that is intended"
            } else {
                "TLS failed"
            }
        return RequestFailure(.security, "\(server): \(what)")
    }
}
