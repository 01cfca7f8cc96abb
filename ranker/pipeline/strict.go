package pipeline

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// keyError is a wrong key or value of the analysis file, by its place: "detection.overrides[1].off".
type keyError struct {
	path string
	line int // 0 = not known
	error
}

func (e keyError) Error() string {
	text := e.path + ": " + e.error.Error()
	if e.line > 0 {
		text = fmt.Sprintf("line %d: %s", e.line, text)
	}
	return text
}

func (e keyError) Unwrap() error { return e.error }

// withLines adds the lines to all wrong keys that an error joins.
func withLines(err error, file *ast.File) error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var errs []error
		for _, e := range many.Unwrap() {
			errs = append(errs, withLines(e, file))
		}
		return errors.Join(errs...)
	}
	if k, ok := err.(keyError); ok && k.line == 0 {
		k.line = lineOf(file, k.path)
		return k
	}
	return err
}

// lineOf is the line of a place in the file, 0 if there is none.
func lineOf(file *ast.File, path string) int {
	p, err := yaml.PathString("$." + path)
	if err != nil {
		return 0
	}
	node, err := p.FilterFile(file)
	if err != nil || node == nil || node.GetToken() == nil {
		return 0
	}
	return node.GetToken().Position.Line
}

// unknownKeys returns an error for every key of the file that the type does not have.
func unknownKeys(file *ast.File, t reflect.Type) error {
	var errs []error
	for _, doc := range file.Docs {
		walkKeys(doc.Body, t, &errs)
	}
	return errors.Join(errs...)
}

func walkKeys(node ast.Node, t reflect.Type, errs *[]error) {
	if a, ok := node.(*ast.AnchorNode); ok {
		node = a.Value
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case node == nil:
	case t.Kind() == reflect.Slice:
		if list, ok := node.(*ast.SequenceNode); ok {
			for _, v := range list.Values {
				walkKeys(v, t.Elem(), errs)
			}
		}
	case t.Kind() == reflect.Struct:
		pairs, ok := node.(ast.MapNode)
		if !ok {
			return
		}
		fields := fieldsOf(t)
		for i := pairs.MapRange(); i.Next(); {
			key := i.Key().GetToken()
			if f, ok := fields[key.Value]; ok {
				walkKeys(i.Value(), f, errs)
			} else if !i.Key().IsMergeKey() {
				*errs = append(*errs, fmt.Errorf("line %d: unknown field %q; there are %s", key.Position.Line, key.Value, namesIn(fields)))
			}
		}
	}
}

// fieldsOf lists the keys that a struct takes, with their types.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); name != "" {
			fields[name] = t.Field(i).Type
		}
	}
	return fields
}

func namesIn(fields map[string]reflect.Type) string {
	var names []string
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
