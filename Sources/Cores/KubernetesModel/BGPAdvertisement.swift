/// Which addresses are advertised to routers, and how (`martlet.dev/v1beta1`, `metallb.io/v1beta1`).
package struct BGPAdvertisement: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var metadata: ObjectMeta
    package var spec: BGPAdvertisementSpec?
    package var status: ConfigurationStatus?
}
