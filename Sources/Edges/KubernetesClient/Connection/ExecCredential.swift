/// The input and output of an exec plugin (client.authentication.k8s.io/v1).
struct ExecCredential: Codable, Sendable {
    struct Status: Codable, Sendable {
        /// RFC 3339 text.
        var expirationTimestamp: String?
        var token: String?
        var clientCertificateData: String?
        var clientKeyData: String?
    }

    struct Spec: Codable, Sendable {
        struct Cluster: Codable, Sendable {
            var server: String
            var tlsServerName: String?
            var insecureSkipTLSVerify: Bool?
            var certificateAuthorityData: String?

            enum CodingKeys: String, CodingKey {
                case server
                case tlsServerName = "tls-server-name"
                case insecureSkipTLSVerify = "insecure-skip-tls-verify"
                case certificateAuthorityData = "certificate-authority-data"
            }
        }

        var cluster: Cluster?
        var interactive: Bool
    }

    var apiVersion: String
    var kind: String
    var spec: Spec?
    var status: Status?
}
