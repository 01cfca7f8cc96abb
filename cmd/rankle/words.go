package main

import (
	"github.com/rankle/rankle/cluster/friction"
)

// reasonWords says what each reason means, as a sentence.
var reasonWords = map[friction.Reason]string{
	friction.ReasonProgress:       "each press led on to something new",
	friction.ReasonToggle:         "the answers went back and forth between two states, as when trying out a switch",
	friction.ReasonTextSelection:  "text was being selected",
	friction.ReasonNativePicker:   "a picker of the browser was opened, which recordings do not show",
	friction.ReasonOutward:        "the effect lies outside of the page (a download, a new tab, an app)",
	friction.ReasonScrolled:       "the page answered by scrolling",
	friction.ReasonAnswered:       "the page answered in time",
	friction.ReasonTooEarly:       "it was disabled, and nothing had been filled in yet",
	friction.ReasonWakeUp:         "the press only brought the page back to the front",
	friction.ReasonHold:           "the control is meant to be held, and was",
	friction.ReasonSettled:        "it was already in the state that was asked for",
	friction.ReasonStyleAnswer:    "it opened by styling alone, and the next press went on from there",
	friction.ReasonAmbientError:   "the failure stood in nobody's way, or comes by itself",
	friction.ReasonPointerDrawing: "it is dragged or drawn on, not pressed",
	friction.ReasonTyping:         "a text field was tapped, to set the caret",
	friction.ReasonRepeatUse:      "it is meant to be pressed many times",
	friction.ReasonReviewed:       "a person, or the analysis file, said that this is meant here",
	friction.ReasonBlind:          "what happens on it is not recorded (a canvas, a video, a frame)",
	friction.ReasonBlocked:        "the recorder hid this part of the page",
	friction.ReasonNoEvidence:     "the recording holds no changes of the page at all",
	friction.ReasonGap:            "a part of the recording is missing there",
	friction.ReasonShortTail:      "the recording, or the wait, ended too soon to tell",
	friction.ReasonNoElement:      "it is not known which control was meant",
	friction.ReasonNativeBox:      "somebody may have read a box of the browser's own meanwhile",
	friction.ReasonLowEvidence:    "the evidence is too thin to call it trouble",
}

// verdictWords says what each verdict means.
var verdictWords = map[friction.Verdict]string{
	friction.Friction:  "trouble",
	friction.Dismissed: "no trouble",
	friction.NoOpinion: "no opinion",
}

// unseenWords says what each entry of Episode.Blind means.
var unseenWords = map[string]string{
	"gap":                  "a part of the recording is missing close by",
	"canvas_blind":         "what happens inside a canvas, video or frame",
	"no_element":           "what was touched: only the place on the screen is known",
	"by_position":          "what was touched, for sure: it was found by the place of the touch",
	"no_errors_recorded":   "errors: the recorder was not told to keep them",
	"no_requests_recorded": "requests: the recorder was not told to keep them",
	"no_visibility":        "whether the page was in front",
	"no_pointer_events":    "pointer down and up: only clicks were recorded",
}
