package openreplay

// kind describes the messages of one type.
type kind struct {
	name   string
	fields string // one letter a field: u uint, i int (zigzag), s string, b boolean
	keep   bool   // whether the translation reads it; all others are only stepped over
	// own says that a message carries its length itself: type, Timestamp, Length, body of Length bytes. The field list
	// begins with Timestamp and Length.
	own bool
	// before is the field list of earlier trackers, "" when it never changed.
	before string
}

// Types that the framing or the translation names.
const (
	typeTimestamp       = 0
	typeLocationOld     = 4
	typeViewportSize    = 5
	typeViewportScroll  = 6
	typeCreateDocument  = 7
	typeCreateElement   = 8
	typeCreateText      = 9
	typeMoveNode        = 10
	typeRemoveNode      = 11
	typeSetAttribute    = 12
	typeRemoveAttribute = 13
	typeSetText         = 14
	typeSetCSS          = 15
	typeNodeScroll      = 16
	typeInputValue      = 18
	typeInputChecked    = 19
	typeMouseMove       = 20
	typeRequestOld      = 21
	typeConsole         = 22
	typeExceptionOld    = 25
	typeCustom          = 27
	typeDictGlobal      = 34
	typeAttrDictGlobal  = 35
	typeInsertRuleOld   = 37
	typeDeleteRuleOld   = 38
	typeFetchOld        = 39
	typeDict            = 43
	typeDictOld         = 50
	typeAttrDictOld     = 51
	typeAttrDict        = 52
	typeResourceOldest  = 53
	typeVisibility      = 55
	typeFocus           = 58
	typeLongTask        = 59
	typeAttributeURL    = 60
	typeCSSURL          = 61
	typeInsertRuleURL   = 67
	typeClick           = 68
	typeClickOld        = 69
	typeFrameDocument   = 70
	typeSheetReplaceURL = 71
	typeSheetReplace    = 72
	typeSheetInsertURL  = 73
	typeSheetInsert     = 74
	typeSheetDelete     = 75
	typeSheetOwner      = 76
	typeSheetDisown     = 77
	typeException       = 78
	typeBatchOld        = 80
	typeBatch           = 81
	typePartitioned     = 82
	typeRequest         = 83
	typeResource        = 85
	typeLongFrame       = 89
	typeMobileEvent     = 93
	typeMobileScreen    = 96
	typeMobileCrash     = 97
	typeMobileView      = 98
	typeMobileViewLeave = 99
	typeMobileTap       = 100
	typeMobileInput     = 101
	typeMobilePerf      = 102
	typeMobileLog       = 103
	typeMobileRequest   = 105
	typeMobileSwipe     = 106
	typeMobileBatch     = 107
	typeSelection       = 113
	typeResourceOld     = 116
	typeTabData         = 118
	typeLocation        = 122
)

// kinds is the table of all messages, after openreplay/openreplay mobs/messages.rb and mobs/mobile_messages.rb, with
// the types that older versions of these files define and later ones dropped (25, 26, 37 to 39, 59, 62, 67, 80, 82).
// Stored files carry no lengths, so that a type that is missing here ends the reading of a file: it must be complete.
var kinds = [...]kind{
	typeTimestamp:       {name: "Timestamp", fields: "u"},
	1:                   {name: "SessionStart", fields: "uussssssssssuuss"},
	3:                   {name: "CleanSession", fields: "u"},
	typeLocationOld:     {name: "SetPageLocationDeprecated", fields: "ssu", keep: true},
	typeViewportSize:    {name: "SetViewportSize", fields: "uu", keep: true},
	typeViewportScroll:  {name: "SetViewportScroll", fields: "ii", keep: true},
	typeCreateDocument:  {name: "CreateDocument", keep: true},
	typeCreateElement:   {name: "CreateElementNode", fields: "uuusb", keep: true},
	typeCreateText:      {name: "CreateTextNode", fields: "uuu", keep: true},
	typeMoveNode:        {name: "MoveNode", fields: "uuu", keep: true},
	typeRemoveNode:      {name: "RemoveNode", fields: "u", keep: true},
	typeSetAttribute:    {name: "SetNodeAttribute", fields: "uss", keep: true},
	typeRemoveAttribute: {name: "RemoveNodeAttribute", fields: "us", keep: true},
	typeSetText:         {name: "SetNodeData", fields: "us", keep: true},
	typeSetCSS:          {name: "SetCSSData", fields: "us", keep: true},
	typeNodeScroll:      {name: "SetNodeScroll", fields: "uii", keep: true},
	17:                  {name: "SetInputTarget", fields: "us"},
	typeInputValue:      {name: "SetInputValue", fields: "usi", keep: true},
	typeInputChecked:    {name: "SetInputChecked", fields: "ub", keep: true},
	typeMouseMove:       {name: "MouseMove", fields: "uu", keep: true},
	typeRequestOld:      {name: "NetworkRequestDeprecated", fields: "sssssuuu", keep: true},
	typeConsole:         {name: "ConsoleLog", fields: "ss", keep: true},
	23:                  {name: "PageLoadTiming", fields: "uuuuuuuuu"},
	24:                  {name: "PageRenderTiming", fields: "uuu"},
	typeExceptionOld:    {name: "JSExceptionDeprecated", fields: "sss", keep: true},
	26:                  {name: "IntegrationEvent", fields: "ussss"},
	typeCustom:          {name: "CustomEvent", fields: "ss", keep: true},
	28:                  {name: "UserID", fields: "s"},
	29:                  {name: "UserAnonymousID", fields: "s"},
	30:                  {name: "Metadata", fields: "ss"},
	31:                  {name: "PageEventDeprecated", fields: "uussbuuuuuuuuuuuu"},
	32:                  {name: "InputEvent", fields: "uusbs"},
	33:                  {name: "PageEvent", fields: "uussbuuuuuuuuuuuus"},
	typeDictGlobal:      {name: "StringDictGlobal", fields: "us", keep: true},
	typeAttrDictGlobal:  {name: "SetNodeAttributeDictGlobal", fields: "uuu", keep: true},
	36:                  {name: "NodeAnimationResult", fields: "us"},
	typeInsertRuleOld:   {name: "CSSInsertRule", fields: "usu", keep: true},
	typeDeleteRuleOld:   {name: "CSSDeleteRule", fields: "uu", keep: true},
	typeFetchOld:        {name: "Fetch", fields: "ssssuuu", keep: true},
	40:                  {name: "Profiler", fields: "suss"},
	41:                  {name: "OTable", fields: "ss"},
	42:                  {name: "StateAction", fields: "s"},
	typeDict:            {name: "StringDict", fields: "ss", keep: true},
	44:                  {name: "ReduxDeprecated", fields: "ssu"},
	45:                  {name: "Vuex", fields: "ss"},
	46:                  {name: "MobX", fields: "ss"},
	47:                  {name: "NgRx", fields: "ssu"},
	48:                  {name: "GraphQLDeprecated", fields: "ssssi", before: "ssss"},
	49:                  {name: "PerformanceTrack", fields: "iiuu"},
	typeDictOld:         {name: "StringDictDeprecated", fields: "us", keep: true},
	typeAttrDictOld:     {name: "SetNodeAttributeDictDeprecated", fields: "uuu", keep: true},
	typeAttrDict:        {name: "SetNodeAttributeDict", fields: "uss", keep: true},
	typeResourceOldest:  {name: "ResourceTimingDeprecatedDeprecated", fields: "uuuuuuss", keep: true},
	54:                  {name: "ConnectionInformation", fields: "us"},
	typeVisibility:      {name: "SetPageVisibility", fields: "b", keep: true},
	56:                  {name: "PerformanceTrackAggr", fields: "uuuuuuuuuuuuuu"},
	57:                  {name: "LoadFontFace", fields: "usss"},
	typeFocus:           {name: "SetNodeFocus", fields: "i", keep: true},
	typeLongTask:        {name: "LongTask", fields: "uuuusss", keep: true},
	typeAttributeURL:    {name: "SetNodeAttributeURLBased", fields: "usss", keep: true},
	typeCSSURL:          {name: "SetCSSDataURLBased", fields: "uss", keep: true},
	62:                  {name: "IssueEventDeprecated", fields: "uussss"},
	63:                  {name: "TechnicalInfo", fields: "ss"},
	64:                  {name: "CustomIssue", fields: "ss"},
	65:                  {name: "SetNodeSlot", fields: "uu"},
	66:                  {name: "AssetCache", fields: "s"},
	typeInsertRuleURL:   {name: "CSSInsertRuleURLBased", fields: "usus", keep: true},
	typeClick:           {name: "MouseClick", fields: "uussuu", keep: true},
	typeClickOld:        {name: "MouseClickDeprecated", fields: "uuss", keep: true},
	typeFrameDocument:   {name: "CreateIFrameDocument", fields: "uu", keep: true},
	typeSheetReplaceURL: {name: "AdoptedSSReplaceURLBased", fields: "uss", keep: true},
	typeSheetReplace:    {name: "AdoptedSSReplace", fields: "us", keep: true},
	typeSheetInsertURL:  {name: "AdoptedSSInsertRuleURLBased", fields: "usus", keep: true},
	typeSheetInsert:     {name: "AdoptedSSInsertRule", fields: "usu", keep: true},
	typeSheetDelete:     {name: "AdoptedSSDeleteRule", fields: "uu", keep: true},
	typeSheetOwner:      {name: "AdoptedSSAddOwner", fields: "uu", keep: true},
	typeSheetDisown:     {name: "AdoptedSSRemoveOwner", fields: "uu", keep: true},
	typeException:       {name: "JSException", fields: "ssss", keep: true},
	79:                  {name: "Zustand", fields: "ss"},
	typeBatchOld:        {name: "BatchMeta", fields: "uui"},
	typeBatch:           {name: "BatchMetadata", fields: "uuuis"},
	typePartitioned:     {name: "PartitionedMessage", fields: "uu"},
	typeRequest:         {name: "NetworkRequest", fields: "sssssuuuu", keep: true},
	84:                  {name: "WSChannel", fields: "sssuss"},
	typeResource:        {name: "ResourceTiming", fields: "uuuuuussubuuuuuuu", keep: true},
	87:                  {name: "Incident", fields: "sii"},
	typeLongFrame:       {name: "LongAnimationTask", fields: "siiiis", keep: true},
	90:                  {name: "MobileSessionStart", fields: "uussssssss"},
	91:                  {name: "MobileSessionEnd", fields: "u"},
	92:                  {name: "MobileMetadata", fields: "uuss", own: true},
	typeMobileEvent:     {name: "MobileEvent", fields: "uuss", keep: true, own: true},
	94:                  {name: "MobileUserID", fields: "uus", own: true},
	95:                  {name: "MobileUserAnonymousID", fields: "uus", own: true},
	typeMobileScreen:    {name: "MobileScreenChanges", fields: "uuuuuu", keep: true, own: true},
	typeMobileCrash:     {name: "MobileCrash", fields: "uusss", keep: true, own: true},
	typeMobileView:      {name: "MobileViewComponentEvent", fields: "uussb", keep: true, own: true},
	typeMobileViewLeave: {name: "MobileScreenLeave", fields: "uuss", own: true},
	typeMobileTap:       {name: "MobileClickEvent", fields: "uusuu", keep: true, own: true},
	typeMobileInput:     {name: "MobileInputEvent", fields: "uusbs", keep: true, own: true},
	typeMobilePerf:      {name: "MobilePerformanceEvent", fields: "uusu", keep: true, own: true},
	typeMobileLog:       {name: "MobileLog", fields: "uuss", keep: true, own: true},
	104:                 {name: "MobileInternalError", fields: "uus", own: true},
	typeMobileRequest:   {name: "MobileNetworkCall", fields: "uusssssuu", keep: true, own: true},
	typeMobileSwipe:     {name: "MobileSwipeEvent", fields: "uusuus", keep: true, own: true},
	typeMobileBatch:     {name: "MobileBatchMeta", fields: "uuu"},
	109:                 {name: "MobileGraphQL", fields: "uussssu", own: true},
	110:                 {name: "MobilePerformanceAggregated", fields: "uuuuuuuuuuuuuu"},
	111:                 {name: "MobileIssueEvent", fields: "ussss"},
	112:                 {name: "InputChange", fields: "usbsii"},
	typeSelection:       {name: "SelectionChange", fields: "uus", keep: true},
	114:                 {name: "MouseThrashing", fields: "u"},
	115:                 {name: "UnbindNodes", fields: "u"},
	typeResourceOld:     {name: "ResourceTimingDeprecated", fields: "uuuuuussub", keep: true},
	117:                 {name: "TabChange", fields: "s"},
	typeTabData:         {name: "TabData", fields: "s"},
	119:                 {name: "CanvasNode", fields: "su"},
	120:                 {name: "TagTrigger", fields: "i"},
	121:                 {name: "Redux", fields: "ssuu"},
	typeLocation:        {name: "SetPageLocation", fields: "ssus", keep: true},
	123:                 {name: "GraphQL", fields: "ssssu"},
	124:                 {name: "WebVitals", fields: "ss"},
	125:                 {name: "IssueEvent", fields: "uusssss"},
	126:                 {name: "SessionEnd", fields: "us"},
	127:                 {name: "SessionSearch", fields: "uu"},
}

// known reports whether the table holds a type.
func known(typ uint64) bool { return typ < uint64(len(kinds)) && kinds[typ].name != "" }

// isMobile reports whether a type belongs to the mobile trackers, whose messages carry their own length also where
// those of the web carry a size.
func isMobile(typ uint64) bool { return typ >= 90 && typ <= 111 }
