/// The 1,024 words that package passphrases are made of: 10 bits each.
///
/// Chosen for this program: common English, 3 to 7 letters, lower case a to z, no two that sound alike, no
/// two that differ in one letter only, so that a passphrase survives being read out over the telephone. The
/// order is part of nothing: a passphrase is its words, never their numbers.
enum PassphraseWords {
  static let count = 1024
  static let all: [Substring] = text.split { $0 == " " || $0 == "\n" }

  private static let text = """
    above acid acorn acre across actor adapt adult after again agent agree ahead alarm album alert alike
    almond alone alpine also amber amount ample anchor angle animal answer antler april apron arch arena
    argue armour army aroma artist aside aspen atlas atom attic aunt author autumn awake award away baby
    badger bagel baker balance balloon bamboo banana banjo bank barber barn barrel basil basket bath
    baton beacon beard beaver bed beef before begin behind below belt bench beyond bicycle big bike bill
    bird birth biscuit black blade blanket blend blink bloom blossom blouse boat body bone bonnet borrow
    boss bottle bottom bounce bowl box brain branch brass brave breeze brick bridge brief bright bring
    broad bronze brook brother brown brush bubble bucket buckle budget buffalo bugle bulb bump bundle
    burger busy butter button buzz cabin cable cactus cake calf camel camera camp canal candle candy
    canoe canvas canyon captain caramel carbon card cargo carol carpet carve castle cat catch centre
    chain chalk change chapel charm chase cheese cherry chess chick chief child chimney choice choir
    chop chorus cinema circle circus city civic claim clap class clean clever cliff climb cloak cloth
    cloud club coach coast cobalt cobweb cocoa coconut code coffee coin cold collar comb comet common
    compass copper coral cork corner cosmic cosy cottage cotton count country cousin crab cradle craft
    crane crater crayon cream credit creek crest crew cricket crisp crowd crumb crystal cuckoo cup curl
    curry curtain cushion custard cycle daily dance dark date day debate decade deep degree delta demand
    denim dentist depth desert desk detail diamond diary diet dinner dish distant dizzy doctor dog doll
    dolphin domain donkey door double dove down dozen dragon drama draw dress drift drill drink drive
    drop drum duck dune dust duty eager eagle early earth easy echo edit effort egg elbow elder elegant
    elm empty enamel end energy engine enjoy enter entry epic equal era errand escape essay evening
    event every exact expert extra fabric fact falcon family famous fan fancy farm feast feather fence
    fern ferry fetch few fiddle field figure film filter final finch find finger finish first five flag
    flame flash flavour fleet flint float flock flood flute fly foam focus follow foot forest forget
    fossil found free fresh friend frog front fruit fudge full funny future gadget gallery gallop game
    garage garden garlic garnet gather gentle giant gift giraffe glad gleam globe glow glue goal golf
    good goose gorge grace grand graph gravel gravy green grid grocer ground group grove guard guess
    guide guitar gulp habit ham hammer hamster hand happy harbour harp harvest haven hawk hazel heap
    hedge helmet herb heron hidden high hinge hint hobby hockey holly home honest honey hoof hotel house
    hover huddle huge human humble hundred hut ice icicle icing icon idea igloo image impact indigo
    inlet insect inside into iris island item ivory ivy jacket jade jaguar jaw jazz jeans jelly jersey
    jewel jigsaw job joke journey jug juice jumbo jungle junior kayak keen kennel kettle keyhole kilo
    king kiosk kitchen kite kitten kiwi knee knock koala label lace ladder lady lagoon lamb lantern
    laptop large laser last laugh lava lawn leaf league learn left legend lemon lens lentil letter level
    lid life light lilac lily limit linen lion liquid listen little lively lizard load local lodge logic
    loop lorry lotus lounge lucky lunar lunch magic magnet magpie major mallet mammal mango map maple
    marble margin marina market marsh mask maths meadow meal melody melon memory menu merit method
    midday milk mimic minor minute mirror mix mobile model modern modest moment month moon mosaic mother
    motor much mud muffin museum music myth napkin narrow nation native nature navy near neck nectar
    needle nephew never next nibble nickel niece nine noble noise noodle north note notice novel now
    number nurse nutmeg oak oasis object ocean odd offer office often olive once onion online only onyx
    opal opera orange orbit orchid order organ origin otter oven owner oxygen oyster pack paddle page
    paint palace palm panda panel paper parade parcel parrot party pass pasta pastry patio peach peanut
    pebble pen pencil people pepper person phone photo piano picnic pigeon pillar pillow pilot pink pipe
    pizza planet plate play plaza plenty pocket poem polar polish polite pond pool poppy porch port
    potato powder prawn pretty price prism proof proper proud public pulley pupil purple push puzzle
    queen quest quick quiet quill quince quiver quiz quote rabbit radar radio radish raisin random rapid
    rare ready reason recent recipe record region relax remedy remind remote rent reply report rescue
    result return reward rhythm ribbon rich ripple rise river robin robot rock room rope royal rudder
    rugby rule runner rural rustic safari safe salad salmon salt salute sandal satin scale scarf school
    scone scout screen script sculpt search second secret select senior sense seven shade shadow shark
    sheep shelf shield shine ship shoe short shovel shrub shy silent silver simple siren sister skate
    sketch ski skill skirt sleeve slice slim slope small smart smile smooth snack snail snake soap
    social soda soil solid solo song sorbet south space speak speed spell spin spiral splash spoon spot
    spray spring sprout square squash squid stable stage stamp stand star statue steady stew stick
    stitch stool stop storm stove straw stream street stripe strong studio sturdy subway sudden sugar
    suit summer summit sunset super surf swan swift swing symbol syrup system tablet tailor talent tall
    target tart taste taxi teapot teddy tender tennis term thank theme thin third thirty thorn three
    thrive thumb ticket tidy tiger timber title today token tomato ton topic total tower track trade
    trail tray treaty trend trial trip trophy trout true trunk trust tuba tulip tundra tunnel turkey
    turn turnip turtle tutor twelve twenty twig twist type uncle under unique unit until upper urban
    useful usual vacant valid valley value vapour vase velvet vendor verse vest view villa violet violin
    visa vision visit vivid voice volume vowel voyage waffle wagon walk walnut walrus waltz wander wash
    water wax wealth weasel web well wheat whisk white widget wild win window winter wire wisdom world
    worthy wren wrist yacht yellow yes yoga yogurt young zebra zero zigzag zinc zoo
    """
}
