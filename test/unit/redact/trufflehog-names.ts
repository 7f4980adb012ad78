// The detectors of TruffleHog by the names in its list of types (`proto/detectors.proto`, up to number 920).

/** Every name, in the order of its number. Those without a shape in our table are told by the name beside the value, as TruffleHog does. */
export const TRUFFLEHOG_DETECTORS: readonly string[] = `
Alibaba AMQP AWS Azure Circle Coinbase GCP Generic Github Gitlab JDBC RazorPay SendGrid Slack Square PrivateKey Stripe URI Dropbox Heroku Mailchimp Okta
OneLogin PivotalTracker SquareApp Twilio TravisCI SlackWebhook PaypalOauth PagerDutyApiKey Firebase Mailgun HubSpot GitHubApp CircleCI WpEngine
DatadogToken FacebookOAuth AsanaPersonalAccessToken AmplitudeApiKey BitLyAccessToken CalendlyApiKey ZapierWebhook YoutubeApiKey SalesforceOauth2
TwitterApiSecret NpmToken NewRelicPersonalApiKey AirtableApiKey AkamaiToken AmazonMWS KubeConfig Auth0oauth Bitfinex Clarifai CloudflareGlobalApiKey
CloudflareCaKey Confluent ContentfulDelivery DatabricksToken DigitalOceanSpaces DigitalOceanToken DiscordBotToken DiscordWebhook EtsyApiKey
FastlyPersonalToken GoogleOauth2 ReCAPTCHA GoogleApiKey Hunter IbmCloudUserKey Netlify Vonage EquinixOauth Paystack PlaidToken PlaidKey Plivo Postmark
PubNubPublishKey PubNubSubscriptionKey PusherChannelKey ScalewayKey SendinBlueV2 SentryToken ShodanKey SnykKey SpotifyKey TelegramBotToken
TencentCloudKey TerraformCloudPersonalToken TrelloApiKey ZendeskApi MaxMindLicense AirtableMetadataApiKey AsanaOauth RapidApi CloudflareApiToken Webex
FirebaseCloudMessaging ContentfulPersonalAccessToken MapBox MailJetBasicAuth MailJetSMS HubSpotApiKey HubSpotOauth SslMate Auth0ManagementApiToken
MessageBird ElasticEmail FigmaPersonalAccessToken MicrosoftTeamsWebhook GitHubOld VultrApiKey Pepipost Postman CloudsightKey JiraToken NexmoApiKey
SegmentApiKey SumoLogicKey PushBulletApiKey AirbrakeProjectKey AirbrakeUserKey PendoIntegrationKey SplunkOberservabilityToken LokaliseToken Calendarific
Jumpcloud IpStack Notion DroneCI AdobeIO TwelveData D7Network ScrapingBee KeenIO Wakatime Buildkite Verimail Zerobounce Mailboxlayer Fastspring Paddle
Sellfy FixerIO ButterCMS Taxjar Avalara Helpscout ElasticPath Zeplin Intercom Mailmodo CannyIo Pipedrive Vercel PosthogApp SinchMessage Ayrshare
HelpCrunch LiveAgent Beamer WeChatAppKey LineMessaging UberServerToken AlgoliaAdminKey FullContact Mandrill Flutterwave MattermostPersonalToken Cloudant
LineNotify LinearAPI Ubidots Anypoint Dwolla ArtifactoryAccessToken Surge Sparkpost GoCardless Codacy Kraken Checkout Kairos ClockworkSMS Atlassian
LaunchDarkly Coveralls Linode WePay PlanetScale Doppler Agora Samsara FrameIO RubyGems OpenAI SurveySparrow Simvoly Survicate Omnisend Groovehq Newsapi
Chatbot ClickSendsms Getgist CustomerIO ApiDeck Nftport Copper Close Myfreshworks Salesflare Webflow Duda Yext ContentStack Storyblok GraphCMS
Checkmarket Convertkit CustomerGuru Kaleyra Mailerlite Qualaroo SatismeterProjectkey SatismeterWritekey Simplesat SurveyAnyplace SurveyBot Webengage
ZonkaFeedback Delighted Feedier Abbysale Magnetic Nytimes Polygon Powrbot ProspectIO Skrappio Monday Smartsheets Wrike Float Imagekit Integromat
Salesblink Bored Campayn Clinchpad CompanyHub Debounce Dyspatch Guardianapi Harvest Moosend OpenWeather Siteleaf Squarespace FlowFlu Nimble
LessAnnoyingCRM Nethunt Apptivo CapsuleCRM Insightly Kylas OnepageCRM User ProspectCRM ReallySimpleSystems Airship Artsy Yandex Clockify Dnscheck
EasyInsight Ethplorer Everhour Fulcrum GeoIpifi Jotform Refiner Timezoneapi TogglTrack Vpnapi Workstack Apollo Eversign Juro KarmaCRM Metrilo Pandadoc
RevampCRM Salescookie Alconost Blogger Accuweather Opengraphr Rawg Riotgames RoninApp Stormglass Tomtom Twitch Documo Cloudways Veevavault KiteConnect
ShopeeOpenPlatform TeamViewer Bulbul CentralStationCRM Teamgate Axonaut Tyntec Appcues Autoklose Cloudplan Dotmailer GetEmail GetEmails Kontent
Leadfeeder Raven RocketReach Uplead Brandfetch Clearbit Crowdin Mapquest Noticeable Onbuka Todoist Storychief LinkedIn YouSign Docker Telesign
Spoonacular Aerisweather Alphavantage Imgur Imagga SMSApi Distribusion Blablabus WordsApi Currencylayer Html2Pdf IPGeolocation Owlbot Cloudmersive
Dynalist ExchangeRateAPI HolidayAPI Ipapi Marketstack Nutritionix Swell ClickupPersonalToken Nitro Rev RunRunIt Typeform Mixpanel Tradier Verifier
Vouchery Alegra Audd Baremetrics Coinlib ExchangeRatesAPI CurrencyScoop FXMarket CurrencyCloud GetGeoAPI Abstract Billomat Dovico Bitbar Bugsnag
AssemblyAI AdafruitIO Apify CoinGecko CryptoCompare Fullstory HelloSign Loyverse NetCore SauceLabs AlienVault Apiflash Coinlayer CurrentsAPI DataGov
Enigma FinancialModelingPrep Geocodio HereAPI Macaddress OOPSpam ProtocolsIO ScraperAPI SecurityTrails TomorrowIO WorldCoinIndex FacePlusPlus Voicegain
Deepgram VisualCrossing Finnhub Tiingo RingCentral Finage Edamam HypeAuditor Gengo Front Fleetbase Bubble Bannerbear Adzuna BitcoinAverage CommerceJS
DetectLanguage FakeJSON Graphhopper Lexigram LinkPreview Numverify ProxyCrawl ZipCodeAPI Cometchat Keygen Mixcloud TatumIO Tmetric Lastfm Browshot
JSONbin LocationIQ ScreenshotAPI WeatherStack Amadeus FourSquare Flickr ClickHelp Ambee Api2Cart Hypertrack KakaoTalk RiteKit Shutterstock Text2Data
YouNeedABudget Cricket Filestack Gyazo Mavenlink Sheety Sportsmonk Stockdata Unsplash Allsports CalorieNinja WalkScore Strava Cicero IPQuality
ParallelDots Roaring Mailsac Whoxy WorldWeather ApiFonica Aylien Geocode IconFinder Ipify LanguageLayer Lob OnWaterIO Pastebin PdfLayer Pixabay ReadMe
VatLayer VirusTotal AirVisual Currencyfreaks Duffel FlatIO M3o Mesibo Openuv Snipcart Besttime Happyscribe Humanity Impala Loginradius AutoPilot Bitmex
ClustDoc Messari PdfShift Poloniex RestpackHtmlToPdfAPI RestpackScreenshotAPI ShutterstockOAuth SkyBiometry AbuseIPDB AletheiaApi BlitApp Censys
Cloverly CountryLayer FileIO FlightApi Geoapify IPinfoDB MediaStack NasdaqDataLink OpenCageData Paymongo PositionStack Rebrandly ScreenshotLayer Stytch
Unplugg UPCDatabase UserStack Geocodify Newscatcher Nicereply Partnerstack Route4me Scrapeowl ScrapingDog Streak Veriphone Webscraping Zenscrape Zenserp
CoinApi Gitter Host Iexcloud Restpack ScraperBox ScrapingAnt SerpStack SmartyStreets TicketMaster AviationStack BombBomb Commodities Dfuse EdenAI
Glassnode Guru Hive Hiveage Kickbox Passbase PostageApp PureStake Qubole CarbonInterface Intrinio QuickMetrics ScrapeStack TechnicalAnalysisApi Urlscan
BaseApiIO DailyCO TLy Shortcut Appfollow Thinkific Feedly Stitchdata Fetchrss Signupgenius Signaturit Optimizely OcrSpace WeatherBit BuddyNS ZipAPI
ZipBooks Onedesk Bugherd Blazemeter Autodesk Tru UnifyID Trimble Smooch Semaphore Telnyx Signalwire Textmagic Serphouse Planyo Simplybook Vyte Nylas
Squareup Dandelion DataFire DeepAI MeaningCloud NeutrinoApi Storecove Shipday Sentiment StreamChatMessaging TeamworkCRM TeamworkDesk TeamworkSpaces
TheOddsApi Apacta GetSandbox Happi Oanda FastForex APIMatic VersionEye EagleEyeNetworks ThousandEyes SelectPDF Flightstats ChecIO Manifest ApiScience
AppSynergy Caflou Caspio ChecklyHQ CloudElements DronaHQ Enablex Fmfw GoodDay Luno Meistertask Mindmeister PeopleDataLabs ScraperSite Scrapfly
SimplyNoted TravelPayouts WebScraper Convier Courier Ditto Findl Lendflow Moderation Opendatasoft Podio Rockset Rownd Shotstack Swiftype Twitter Honey
Freshdesk Upwave Fountain Freshbooks Mite Deputy Beebole Cashboard Kanban Worksnaps MyIntervals InvoiceOcean Sherpadesk Mrticktock Chatfule
Aeroworkflow Emailoctopus Fusebill Geckoboard Gosquared Moonclerk Paymoapp Mixmax Processst Repairshopr Goshippo Sigopt Sugester Viewneo BoostNote
CaptainData Checkvist Cliengo Cloze FormIO FormBucket GoCanvas MadKudu NozbeTeams Papyrs SuperNotesAPI Tallyfy ZenkitAPI CloudImage UploadCare Borgbase
Pipedream Sirv Diffbot EightxEight Sendoso Printfection Authorize PandaScore Paymo AvazaPersonalAccessToken PlanviewLeanKit Livestorm KuCoin MetaAPI
NiceHash CexIO Klipfolio Dynatrace MollieAPIKey MollieAccessToken BasisTheory Nordigen FlagsmithEnvironmentKey FlagsmithToken Mux Column Sendbird
SendbirdOrganizationAPI Midise Mockaroo Image4 Pinata BrowserStack CrossBrowserTesting Loadmill TestingBot KnapsackPro Qase Dareboost GTMetrix Holistic
Parsers ScrutinizerCi SonarCloud APITemplate ConversionTools CraftMyPDF ExportSDK GlitterlyAPI Hybiscus Miro Statuspage Statuspal Teletype TimeCamp
Userflow Wistia SportRadar UptimeRobot Codequiry ExtractorAPI Signable MagicBell Stormboard Apilayer Disqus Woopra Paperform Gumroad Paydirtapp
Detectify Statuscake Jumpseller LunchMoney Rosette Yelp Atera EcoStruxureIT Aha Parsehub PackageCloud Cloudsmith Flowdash Flowdock Fibery Typetalk
VoodooSMS ZulipChat Formcraft Iexapis Reachmail Chartmogul Appointedd Wit RechargePayments Diggernaut MonkeyLearn Duply Postbacks Collect2 ZenRows
Zipcodebase Tefter Twist BraintreePayments CloudConvert Grafana ConvertApi Transferwise Bulksms Databox Onesignal Rentman Parseur Docparser Formsite
Tickettailor Lemlist Prodpad Formstack Codeclimate Codemagic Vbout Nightfall FlightLabs SpeechTextAI PollsAPI SimFin Scalr Kanbantool Brightlocal
Hotwire Instabot Timekit Interseller Mojohelpdesk Createsend Getresponse Dynadot Demio Tokeet Myexperiment Copyscape Besnappy Salesmate Heatmapapi
Websitepulse Uclassify Convert PDFmyURL Api2Convert Opsgenie Gemini Honeycomb KalturaAppToken KalturaSession BitGo Optidash Imgix ImageToText
Page2Images Quickbase Redbooth Nubela Infobip Uproc Supportbee Aftership Edusign Teamup Workday MongoDB NGC DigitalOceanV2 SQLServer FTP Redis LDAP
Shopify RabbitMQ CustomRegex Etherscan Infura Alchemy BlockNative Moralis BscScan CoinMarketCap Percy TinesWebhook Pulumi SupabaseToken NuGetApiKey
Aiven Prefect Docusign Couchbase
`
  .trim()
  .split(/\s+/);
