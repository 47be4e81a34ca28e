/// Which addresses are announced on the local segment (`martlet.dev/v1beta1`, `metallb.io/v1beta1`).
package struct L2Advertisement: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var metadata: ObjectMeta
    package var spec: L2AdvertisementSpec?
    package var status: ConfigurationStatus?
}
