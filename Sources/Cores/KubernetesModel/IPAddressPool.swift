/// Addresses that Services may be given (`martlet.dev/v1beta1`, `metallb.io/v1beta1`).
package struct IPAddressPool: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var metadata: ObjectMeta
    package var spec: IPAddressPoolSpec?
    package var status: IPAddressPoolStatus?
}
