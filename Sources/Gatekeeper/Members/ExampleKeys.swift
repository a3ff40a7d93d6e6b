package import AgeFormat

/// The identities published in `keys-example/`, known by their recipients: anybody can open what they open.
package enum ExampleKeys {
  package static let recipients: Set<String> = [
    "age1uj3gdwag9utatanddpc5ldxyrlluqmfreksvwwcmv207mk9t7pusdtgp3m",
    "age1kjgxfs34lc5ks8c3xdzzhpthlc0cn27mm7f8tjfc36678yc4tf6q3ytr6l",
    "age1n3t3fhz3emea483af4r7rtge2spv0476mt2zp9x2lcqgse026fuqua9j7d",
    "age1u36uhydtez7d0k6x33rqfxueh8yngxz5ls2s9t8g4d7drkfjt3usl9fl65",
    "age1stedea4xjnlylfjuha68e485ca73vc4c9uk5zgnxnnwy4f55guysyuwkua",
    "age1jzcuh38je3rw5evjva6m4mv5mrq6m9xpwj8dqtdew0u623ft5q0s9wwt9m",
    "age1fp0c36yp2gzwqd92p96zdeshfy7txc5kp98caz0mz9hja3ae5ggqkry2ad",
    "age14l6n56fryat2rhnlg3vn9tq4jjjc3ftedkwq9p3ra7xeqlfrr3hqlpxz2c",
  ]

  package static func contains(_ recipient: X25519Recipient) -> Bool { recipients.contains(recipient.text) }
}
